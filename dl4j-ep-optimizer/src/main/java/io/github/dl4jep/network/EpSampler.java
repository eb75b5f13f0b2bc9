package io.github.dl4jep.network;

import io.github.dl4jep.likelihood.Prediction;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.stock.SeededGenerator;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * Chooses the examples whose labels a network would learn most from, for a pool of examples whose labels are not known yet.
 *
 * <pre>{@code
 * int[] next = new EpSampler(network, Acquisition.BALD, 1).choose(pool, 100);
 * }</pre>
 *
 * <p>For networks with one input, one output and one label a row. Labels of an iterator are not read.
 *
 * <p>Source of the mutual information: N. Houlsby, F. Huszar, Z. Ghahramani and M. Lengyel 2011, "Bayesian Active Learning for
 * Classification and Preference Learning", arXiv:1112.5745.
 *
 * <p>Quality: Preview.
 */
public final class EpSampler {

    /** Networks drawn for {@link Acquisition#BALD}. */
    private static final int DRAWS = 20;
    /** Rows that run at once under a draw. */
    private static final int ROWS = 1000;

    /** What makes an example worth its label. */
    public enum Acquisition {
        /** Entropy of the predicted label, in nats: how unsure the network is, for whatever reason. */
        ENTROPY,
        /**
         * Mutual information between label and weights, in nats: how much of that entropy the label would take from the weights. Of
         * classes it is the entropy of the mean prediction of 20 draws less their mean entropy; of numbers
         * \(\frac12 \log(1 + v / r)\), with the variance v from the weights and r of the noise, summed over the outputs.
         */
        BALD,
        /** A random number: every example with the same probability. */
        RANDOM;

        /**
         * Finds an acquisition.
         *
         * @param name in lower case
         * @return the acquisition
         * @throws IllegalArgumentException if there is none of that name; lists all
         */
        public static Acquisition named(String name) {
            return Stream.of(values())
                    .filter(known -> known.word().equals(name))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("acquisition is \"" + name + "\", allowed: "
                            + Stream.of(values()).map(Acquisition::word).collect(Collectors.joining(", "))));
        }

        private String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private final EpNetwork network;
    private final Acquisition acquisition;
    private final SplittableRandom random;

    /**
     * A sampler, which sees all further training of the network.
     *
     * @param network the network; not changed
     * @param acquisition what is chosen by
     * @param seed repeats the choices; ND4J's generator is left as it is
     */
    public EpSampler(EpNetwork network, Acquisition acquisition, long seed) {
        this.network = Objects.requireNonNull(network, "the network is null; give the one that shall learn");
        this.acquisition =
                Objects.requireNonNull(acquisition, "the acquisition is null; give one of ENTROPY, BALD, RANDOM");
        this.random = new SplittableRandom(seed);
    }

    /**
     * Chooses from an array.
     *
     * @param features the pool, [n, ...]
     * @param count how many, from 1 to n
     * @return rows of the pool, those of the largest score first; each once
     * @throws IllegalArgumentException if there are not as many
     */
    public int[] choose(INDArray features, int count) {
        return largest(scores(features), count);
    }

    /**
     * Chooses from the batches of an iterator; it is reset first, if it can be.
     *
     * @param pool the pool
     * @param count how many, from 1 to the number of its examples
     * @return places in the order of the iterator, from 0, those of the largest score first; each once
     * @throws IllegalArgumentException if there are not as many
     */
    public int[] choose(DataSetIterator pool, int count) {
        Objects.requireNonNull(pool, "the pool is null; give an iterator or an array");
        if (pool.resetSupported()) {
            pool.reset();
        }
        long seed = random.nextLong();
        List<INDArray> scores = new ArrayList<>();
        while (pool.hasNext()) {
            scores.add(scores(pool.next().getFeatures(), seed));
        }
        return largest(joined(scores), count);
    }

    private static INDArray joined(List<INDArray> parts) {
        return parts.isEmpty() ? Nd4j.empty(DataType.DOUBLE) : Nd4j.concat(0, parts.toArray(new INDArray[0]));
    }

    private static int[] largest(INDArray scores, int count) {
        int rows = Math.toIntExact(scores.length());
        if (count < 1 || count > rows) {
            throw new IllegalArgumentException("number of examples to choose is " + count + ", allowed: 1 to " + rows
                    + ", the number of examples in the pool");
        }
        double[] values = scores.toDoubleVector();
        return IntStream.range(0, rows)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer row) -> -values[row]))
                .limit(count)
                .mapToInt(row -> row)
                .toArray();
    }

    /**
     * Scores examples.
     *
     * @param features [n, ...]
     * @return how much each is worth, [n], in double precision
     * @throws DL4JInvalidInputException if the network has several inputs or outputs, or labels positions
     */
    public INDArray scores(INDArray features) {
        Objects.requireNonNull(features, "the features are null; give those of the pool");
        return scores(features, random.nextLong());
    }

    /** All rows that get the same seed are scored by the same draws. */
    private INDArray scores(INDArray features, long seed) {
        long rows = features.size(0);
        return switch (acquisition) {
            case ENTROPY ->
                prediction(features).entropy().castTo(DataType.DOUBLE).reshape(rows);
            case BALD -> {
                List<INDArray> parts = new ArrayList<>();
                for (long from = 0; from < rows; from += ROWS) {
                    INDArray part = features.get(NDArrayIndex.interval(from, Math.min(from + ROWS, rows)));
                    parts.add(information(part, seed).reshape(part.size(0)));
                }
                yield joined(parts);
            }
            case RANDOM -> Nd4j.createFromArray(random.doubles(rows).toArray());
        };
    }

    private Prediction prediction(INDArray features) {
        Prediction prediction = network.prediction(features);
        if (prediction.entropy().length() != features.size(0)) {
            throw new DL4JInvalidInputException(
                    "EpSampler chooses examples with one label each, but the network labels "
                            + prediction.entropy().length() / features.size(0)
                            + " positions of each; let its last layer read one, for example after LastTimeStep");
        }
        return prediction;
    }

    private INDArray information(INDArray features, long seed) {
        Prediction prediction = prediction(features);
        if (!prediction.isClassification()) {
            INDArray ratio = prediction
                    .epistemicVariance()
                    .castTo(DataType.DOUBLE)
                    .div(prediction.aleatoricVariance().castTo(DataType.DOUBLE));
            return Transforms.log(ratio.addi(1)).muli(0.5).sum(1);
        }
        EpEngine engine = EpEngine.of(network);
        INDArray draws = SeededGenerator.drawn(seed, () -> engine.predictor().sample(features, DRAWS));
        INDArray mean = prediction.probabilities().castTo(DataType.DOUBLE).mul(0);
        INDArray conditional = Nd4j.zeros(DataType.DOUBLE, features.size(0));
        for (int draw = 0; draw < DRAWS; draw++) {
            Prediction one = engine.layout()
                    .outputs()
                    .get(0)
                    .likelihood()
                    .prediction(Moments.pointMass(draws.slice(draw).dup('c')));
            mean.addi(one.probabilities().castTo(DataType.DOUBLE));
            conditional.addi(entropy(one.probabilities().castTo(DataType.DOUBLE)));
        }
        return entropy(mean.divi(DRAWS)).subi(conditional.divi(DRAWS));
    }

    /** Of classes, or of independent outputs between 0 and 1, which do not add up to 1. */
    private static INDArray entropy(INDArray probabilities) {
        INDArray own = terms(probabilities);
        boolean classes = probabilities.size(1) > 1
                && probabilities.sum(1).subi(1).amaxNumber().doubleValue() < 1e-3;
        return (classes ? own : own.addi(terms(probabilities.rsub(1)))).sum(1);
    }

    private static INDArray terms(INDArray probabilities) {
        return Transforms.log(Transforms.max(probabilities, Double.MIN_NORMAL))
                .muli(probabilities)
                .negi();
    }
}
