package io.github.dl4jep.guide;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jep.convert.EpNetworks;
import io.github.dl4jep.density.ActivatedLikelihood;
import io.github.dl4jep.density.ScalarLikelihood;
import io.github.dl4jep.density.SparseLabels;
import io.github.dl4jep.likelihood.Likelihood;
import io.github.dl4jep.loss.Likelihoods;
import io.github.dl4jep.network.EpMultiLayerNetwork;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossFMeasure;
import org.nd4j.linalg.lossfunctions.impl.LossMSE;
import org.nd4j.linalg.lossfunctions.impl.LossMixtureDensity;
import org.nd4j.linalg.lossfunctions.impl.LossMultiLabel;

/** The tables of {@code docs/losses.md} against what is registered. */
class LossesPageTest {

    private static final List<Activation> ACTIVATIONS = List.of(
            Activation.IDENTITY,
            Activation.SIGMOID,
            Activation.TANH,
            Activation.RELU,
            Activation.LEAKYRELU,
            Activation.SOFTPLUS,
            Activation.SOFTMAX);

    private static Map<String, ILossFunction> losses() {
        Map<String, ILossFunction> losses = new LinkedHashMap<>();
        for (LossFunction loss : LossFunction.values()) {
            losses.put(loss.name(), loss.getILossFunction());
        }
        losses.put(
                "LossMixtureDensity",
                LossMixtureDensity.builder().gaussians(2).labelWidth(1).build());
        losses.put("LossFMeasure", new LossFMeasure());
        losses.put("LossMultiLabel", new LossMultiLabel());
        return losses;
    }

    private static String name(Likelihood likelihood) {
        if (likelihood instanceof ActivatedLikelihood activated) {
            return name(activated.getLikelihood()) + " of f";
        }
        if (likelihood instanceof SparseLabels sparse) {
            return name(sparse.getLikelihood());
        }
        return likelihood.getClass().getSimpleName().replace("Likelihood", "");
    }

    private static String cell(ILossFunction loss, Activation activation) {
        try {
            return name(Likelihoods.of(loss, activation.getActivationFunction()));
        } catch (UnsupportedOperationException e) {
            return "-";
        }
    }

    @Test
    void theTableIsThatOfTheRegistry() throws IOException {
        List<String> table = new ArrayList<>();
        losses().forEach((name, loss) -> {
            List<String> cells = ACTIVATIONS.stream().map(f -> cell(loss, f)).toList();
            table.add("| `" + name + "` | " + String.join(" | ", cells) + " |");
        });
        String page = Files.readString(Path.of("..", "docs", "losses.md"));
        List<String> written = page.substring(page.indexOf("| loss |"))
                .lines()
                .skip(2)
                .takeWhile(line -> line.startsWith("|"))
                .toList();
        assertThat(written).containsExactlyElementsOf(table);
    }

    /** A loss that DL4J does not have. */
    private static final class MyLoss extends LossMSE {

        private static final long serialVersionUID = 1L;
    }

    public static final class LogisticNoise extends ScalarLikelihood {
        private static final long serialVersionUID = 1L;

        @Override
        protected double logDensity(double label, double potential, double[] scales) {
            double r = Math.abs(label - potential);
            return -r - 2 * Math.log1p(Math.exp(-r));
        }
    }

    @Test
    void aLossOfOnesOwn() throws IOException {
        Likelihoods.register(MyLoss.class, (loss, activation) -> new LogisticNoise());
        EpMultiLayerNetwork network = EpNetworks.from(new NeuralNetConfiguration.Builder()
                .seed(1)
                .list(new OutputLayer.Builder(new MyLoss())
                        .nIn(1)
                        .nOut(1)
                        .activation(Activation.IDENTITY)
                        .build())
                .build());
        INDArray features = Nd4j.rand(DataType.FLOAT, 50, 1).muli(2).subi(1);
        for (int i = 0; i < 40; i++) {
            network.fit(new DataSet(features, features.mul(3)));
        }
        assertThat(network.output(features).sub(features.mul(3)).amaxNumber().doubleValue())
                .isLessThan(0.6);
        File file = Files.createTempFile("own", ".zip").toFile();
        network.save(file);
        assertThat(EpNetworks.load(file, EpMultiLayerNetwork.class).output(features))
                .isEqualTo(network.output(features));
        Files.delete(file.toPath());
        String page = withoutIndentation(Files.readString(Path.of("..", "docs", "losses.md")));
        String test = withoutIndentation(Files.readString(
                Path.of("src", "test", "java", "io", "github", "dl4jep", "guide", "LossesPageTest.java")));
        for (String block : page.split("```java\n")) {
            if (block.contains("```")) {
                assertThat(test).contains(block.substring(0, block.indexOf("```")));
            }
        }
    }

    private static String withoutIndentation(String text) {
        return text.replaceAll("(?m)^ +", "").replaceAll("(?m)^private static final long serialVersionUID.*\n+", "");
    }

    /** Every reason that a refusal has is on the page, word by word. */
    @Test
    void everyReasonForARefusalIsThere() throws IOException {
        Set<String> reasons = new TreeSet<>();
        losses().values()
                .forEach(loss -> ACTIVATIONS.forEach(activation -> {
                    try {
                        Likelihoods.of(loss, activation.getActivationFunction());
                    } catch (UnsupportedOperationException e) {
                        reasons.add(e.getMessage().substring(e.getMessage().indexOf(": ") + 2));
                    }
                }));
        String page = Files.readString(Path.of("..", "docs", "losses.md")).replaceAll("\\s+", " ");
        assertThat(reasons).isNotEmpty().allSatisfy(reason -> assertThat(page).contains(reason));
    }
}
