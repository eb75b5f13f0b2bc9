package io.github.dl4jep.samediff;

import static io.github.dl4jep.samediff.ToySameDiff.INPUT;
import static io.github.dl4jep.samediff.ToySameDiff.LABEL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dl4jep.convert.EpOptions;
import io.github.dl4jep.toy.ToyData;
import java.util.Set;
import java.util.TreeSet;
import org.assertj.core.api.AbstractThrowableAssert;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.junit.jupiter.api.Test;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.TrainingConfig;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;

/** One error says all that stands in the way, and the graph stays as it is. */
class GraphErrorsTest {

    private static AbstractThrowableAssert<?, ? extends Throwable> assertRefused(SameDiff sd) {
        Set<String> variables = new TreeSet<>(sd.getVariables().keySet());
        Set<String> ops = new TreeSet<>(sd.getOps().keySet());
        INDArray before = sd.hasVariable("w0") ? sd.getVariable("w0").getArr().dup() : null;
        AbstractThrowableAssert<?, ? extends Throwable> refusal =
                assertThatThrownBy(() -> EpSameDiff.of(sd)).isInstanceOf(DL4JInvalidConfigException.class);
        assertThat(new TreeSet<>(sd.getVariables().keySet())).isEqualTo(variables);
        assertThat(new TreeSet<>(sd.getOps().keySet())).isEqualTo(ops);
        if (before != null) {
            assertThat(sd.getVariable("w0").getArr()).isEqualTo(before);
        }
        return refusal;
    }

    @Test
    void noTrainingConfig() {
        SameDiff sd = SameDiff.create();
        assertRefused(sd).hasMessageContaining("no TrainingConfig").hasMessageContaining("setTrainingConfig");
    }

    @Test
    void noLossVariable() {
        SameDiff sd = SameDiff.create();
        SDVariable input = sd.placeHolder(INPUT, DataType.FLOAT, -1, 3);
        sd.placeHolder(LABEL, DataType.FLOAT, -1, 3);
        ToySameDiff.linear(sd, input, 0, 3, 3);
        sd.setTrainingConfig(TrainingConfig.builder()
                .updater(new Adam())
                .dataSetFeatureMapping(INPUT)
                .dataSetLabelMapping(LABEL)
                .build());
        assertRefused(sd).hasMessageContaining("no loss variable").hasMessageContaining("setLossVariables");
    }

    @Test
    void unknownOpsAreListedWithVariablesAndShapes() {
        SameDiff sd = ToySameDiff.classifier(
                graph -> {
                    SDVariable linear = ToySameDiff.linear(graph, graph.getVariable(INPUT), 0, 3, 8);
                    SDVariable summed = graph.cumsum("summed", linear, false, false, 1);
                    return graph.reverse("reversed", summed, 1);
                },
                8);
        assertRefused(sd)
                .hasMessageContaining("for 2 reason(s)")
                .hasMessageContaining("(cumsum)")
                .hasMessageContaining("summed [-1, 8]")
                .hasMessageContaining("(reverse)")
                .hasMessageContaining("reversed [-1, 8]");
    }

    @Test
    void hiddenSoftmax() {
        SameDiff sd = ToySameDiff.classifier(
                graph -> graph.nn.softmax("hidden", ToySameDiff.linear(graph, graph.getVariable(INPUT), 0, 3, 8)), 8);
        assertRefused(sd).hasMessageContaining("\"hidden\"").hasMessageContaining("softmax is not elementwise");
    }

    @Test
    void sharedWeight() {
        SameDiff sd = ToySameDiff.classifier(
                graph -> {
                    SDVariable weight = graph.var("w0", Nd4j.rand(DataType.FLOAT, 3, 3));
                    SDVariable first = graph.nn.relu(graph.getVariable(INPUT).mmul(weight), 0);
                    return graph.nn.relu(first.mmul(weight), 0);
                },
                3);
        assertRefused(sd).hasMessageContaining("the weight \"w0\" is used by the op");
    }

    @Test
    void controlFlow() {
        SameDiff sd = ToySameDiff.classifier(
                graph -> {
                    SDVariable linear = ToySameDiff.linear(graph, graph.getVariable(INPUT), 0, 3, 8);
                    return graph.ifCond(
                            inner -> graph.getVariable(INPUT).sum().gt(0), inner -> linear, inner -> linear.mul(2));
                },
                8);
        assertRefused(sd).hasMessageContaining("control flow is not supported");
    }

    @Test
    void variableThatIsNoFloat() {
        SameDiff sd = ToySameDiff.classifier(
                graph -> {
                    SDVariable weight = graph.var("half", Nd4j.rand(DataType.HALF, 3, 8));
                    return graph.nn.relu(
                            graph.getVariable(INPUT)
                                    .castTo(DataType.HALF)
                                    .mmul(weight)
                                    .castTo(DataType.FLOAT),
                            0);
                },
                8);
        assertRefused(sd)
                .hasMessageContaining("the VARIABLE \"half\" is of type HALF")
                .hasMessageContaining("FLOAT and DOUBLE");
    }

    @Test
    void placeholderOfUnknownShape() {
        SameDiff sd = SameDiff.create();
        SDVariable input = sd.placeHolder(INPUT, DataType.FLOAT, -1, -1);
        sd.loss.softmaxCrossEntropy(
                "loss", sd.placeHolder(LABEL, DataType.FLOAT, -1, 3), ToySameDiff.linear(sd, input, 0, 3, 3), null);
        assertRefused(ToySameDiff.configured(sd))
                .hasMessageContaining("the placeholder \"input\" has shape [-1, -1]")
                .hasMessageContaining("such as [-1, 784]");
    }

    @Test
    void constantWeight() {
        SameDiff sd = ToySameDiff.classifier(
                graph -> graph.getVariable(INPUT).mmul(graph.constant("fixed", Nd4j.rand(DataType.FLOAT, 3, 8))), 8);
        assertRefused(sd)
                .hasMessageContaining("its weight \"fixed\" is a constant")
                .hasMessageContaining("EpSameDiff.constantsToVariables(sd)");
    }

    @Test
    void lossesThatAreNoLikelihood() {
        SameDiff weighted = SameDiff.create();
        SDVariable input = weighted.placeHolder(INPUT, DataType.FLOAT, -1, 3);
        weighted.loss.softmaxCrossEntropy(
                "loss",
                weighted.placeHolder(LABEL, DataType.FLOAT, -1, 3),
                ToySameDiff.linear(weighted, input, 0, 3, 3),
                weighted.constant(2f));
        assertRefused(ToySameDiff.configured(weighted)).hasMessageContaining("are not all 1");

        SameDiff biasFree = SameDiff.create();
        SDVariable features = biasFree.placeHolder(INPUT, DataType.FLOAT, -1, 3);
        biasFree.loss.meanSquaredError(
                "loss",
                biasFree.placeHolder(LABEL, DataType.FLOAT, -1, 1),
                features.mmul(biasFree.var("w0", Nd4j.rand(DataType.FLOAT, 3, 1))),
                null);
        assertRefused(ToySameDiff.configured(biasFree)).hasMessageContaining("no product with a bias");

        SDVariable constant = biasFree.constant("b0", Nd4j.ones(1));
        biasFree.loss.meanSquaredError(
                "biased",
                biasFree.getVariable(LABEL),
                biasFree.getVariable("matmul").add(constant),
                null);
        biasFree.setLossVariables("biased");
        assertRefused(ToySameDiff.configured(biasFree)).hasMessageContaining("EpSameDiff.constantsToVariables(sd)");
        assertThat(EpSameDiff.constantsToVariables(biasFree)).containsExactly("b0");
        EpSameDiff.of(biasFree).fit(ToyData.batches(ToyData.line(30, 3), 10), 1);
    }

    @Test
    void aBadBatchLosesNothing() {
        SameDiff sd = ToySameDiff.classifier();
        EpSameDiff ep = EpSameDiff.of(sd, EpOptions.defaults(), 5);
        ep.fit(ToyData.batches(ToyData.threeClasses(64, 1), 32), 1);
        INDArray before = sd.getVariable("w0").getArr().dup();
        DataSet bad = ToyData.threeClasses(32, 2);
        bad.getFeatures().putScalar(3, 1, Double.NaN);
        assertThatThrownBy(() -> ep.fit(ToyData.batches(bad, 32), 1)).isInstanceOf(DL4JInvalidInputException.class);
        assertThat(sd.getVariable("w0").getArr()).isEqualTo(before);
        ep.fit(ToyData.batches(ToyData.threeClasses(64, 3), 32), 1);
        assertThat(sd.getVariable("w0").getArr()).isNotEqualTo(before);
    }

    @Test
    void aWrongClassNumberIsNamed() {
        SameDiff sd = SameDiff.create();
        SDVariable input = sd.placeHolder(INPUT, DataType.FLOAT, -1, 3);
        sd.loss.sparseSoftmaxCrossEntropy(
                "loss", ToySameDiff.linear(sd, input, 0, 3, 3), sd.placeHolder(LABEL, DataType.INT, -1));
        ToySameDiff.configured(sd);
        DataSet data =
                new DataSet(ToyData.normal(2, 1), Nd4j.createFromArray(1, 3).reshape(2, 1));
        EpSameDiff ep = EpSameDiff.of(sd);
        assertThatThrownBy(() -> ep.fit(ToyData.batches(data, 2), 1))
                .isInstanceOf(DL4JInvalidInputException.class)
                .hasMessageContaining("The label of example 1 for \"label\" is 3.0")
                .hasMessageContaining("0 to 2");
    }
}
