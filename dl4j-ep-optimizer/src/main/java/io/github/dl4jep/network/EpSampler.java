package io.github.dl4jep.network;

import io.github.dl4jep.likelihood.Prediction;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.stock.SeededGenerator;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
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
 * int[] next = new EpSampler(network, Acquisition.MARGIN, 1).choose(pool, 100);
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
         * How close the two most probable classes are, 1 less the difference of their probabilities: how near a row is to the border
         * between them. Outputs that are independent have two classes each, and what they say is summed. Not for numbers.
         */
        MARGIN,
        /**
         * Mutual information between label and weights, in nats: how much of that entropy the label would take from the weights. Of
         * classes it is the entropy of the mean prediction of 20 draws less their mean entropy; of numbers
         * \(\frac12 \log(1 + v / r)\), with the variance v from the weights and r of the noise, summed over the outputs.
         */
        BALD,
        /** A random number: every example with the same probability. */
        RANDOM;

        /**
         * The power that {@link EpSampler#withPower} is called with where it is not called: infinity of {@link #MARGIN}, whose largest
         * lie along all borders between classes, while those of the other scores are much alike; 4 of {@link #ENTROPY}, as most rows of a
         * large pool have little, but together more than those that are worth a label; else 1.
         *
         * @return the power
         */
        public double power() {
            return switch (this) {
                case MARGIN -> Double.POSITIVE_INFINITY;
                case ENTROPY -> 4;
                case BALD, RANDOM -> 1;
            };
        }

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
    private final long seed;
    private final double power;
    private final SplittableRandom random;

    /**
     * A sampler, which sees all further training of the network.
     *
     * @param network the network; not changed
     * @param acquisition what is chosen by
     * @param seed repeats the choices; ND4J's generator is left as it is
     */
    public EpSampler(EpNetwork network, Acquisition acquisition, long seed) {
        this(
                network,
                Objects.requireNonNull(
                        acquisition, "the acquisition is null; give one of ENTROPY, MARGIN, BALD, RANDOM"),
                seed,
                acquisition.power());
    }

    private EpSampler(EpNetwork network, Acquisition acquisition, long seed, double power) {
        this.network = Objects.requireNonNull(network, "the network is null; give the one that shall learn");
        this.acquisition = acquisition;
        this.seed = seed;
        this.power = power;
        this.random = new SplittableRandom(seed);
    }

    /**
     * The same sampler with another power than {@link Acquisition#power}. Rows are drawn one after the other, each with a probability
     * in proportion to this power of its score. The rows of the largest scores of a large pool are much alike, and
     * all of a kind that the network knows little of; drawn ones are as many of each kind as it is worth. {@link Acquisition#RANDOM} has no power.
     *
     * <p>Source: A. Kirsch, S. Farquhar, P. Atighehchian, A. Jesson, F. Branchaud-Charron and Y. Gal 2023, "Stochastic Batch Acquisition: A
     * Simple Baseline for Deep Active Learning", arXiv:2106.12059. The entropy of predicted numbers is a log density already, so that the
     * power of its exponential, which is in proportion to their spread, stands in its place.
     *
     * @param power 0 for every row alike, up to {@link Double#POSITIVE_INFINITY} for those of the largest score
     * @return a sampler of the same network, acquisition and seed
     * @throws IllegalArgumentException if the power is negative or NaN
     */
    public EpSampler withPower(double power) {
        if (!(power >= 0)) {
            throw new IllegalArgumentException("the power of the score is " + power
                    + ", allowed: 0 and more, infinity for the rows of the largest scores");
        }
        return new EpSampler(network, acquisition, seed, power);
    }

    /**
     * Chooses from an array.
     *
     * @param features the pool, [n, ...]
     * @param count how many, from 1 to n
     * @return rows of the pool, each once, in the order in which they were drawn; with an infinite power those of the largest score first
     * @throws IllegalArgumentException if there are not as many
     */
    public int[] choose(INDArray features, int count) {
        Objects.requireNonNull(features, "the features are null; give those of the pool");
        return chosen(List.of(scored(features, random.nextLong())), count);
    }

    /**
     * Chooses from the batches of an iterator; it is reset first, if it can be.
     *
     * @param pool the pool
     * @param count how many, from 1 to the number of its examples
     * @return places in the order of the iterator, from 0, each once, in the order of {@link #choose(INDArray, int)}
     * @throws IllegalArgumentException if there are not as many
     */
    public int[] choose(DataSetIterator pool, int count) {
        Objects.requireNonNull(pool, "the pool is null; give an iterator or an array");
        if (pool.resetSupported()) {
            pool.reset();
        }
        long drawn = random.nextLong();
        List<Scored> parts = new ArrayList<>();
        while (pool.hasNext()) {
            parts.add(scored(pool.next().getFeatures(), drawn));
        }
        return chosen(parts, count);
    }

    private static INDArray joined(List<INDArray> parts) {
        return parts.isEmpty() ? Nd4j.empty(DataType.DOUBLE) : Nd4j.concat(0, parts.toArray(new INDArray[0]));
    }

    private int[] chosen(List<Scored> parts, int count) {
        double[] scores = joined(parts.stream().map(Scored::scores).toList()).toDoubleVector();
        if (count < 1 || count > scores.length) {
            throw new IllegalArgumentException("number of examples to choose is " + count + ", allowed: 1 to "
                    + scores.length + ", the number of examples in the pool");
        }
        if (acquisition == Acquisition.RANDOM || power == Double.POSITIVE_INFINITY) {
            return ProportionalChoice.largest(scores, count);
        }
        boolean logs = parts.get(0).logs();
        double[] logWeights = Arrays.stream(scores)
                .map(score -> power == 0 ? 0 : power * (logs ? score : Math.log(score)))
                .toArray();
        return ProportionalChoice.draw(logWeights, count, random);
    }

    /** Scores, [n], and whether they are logs of what rows are drawn in proportion to. */
    private record Scored(INDArray scores, boolean logs) {}

    /**
     * Scores examples.
     *
     * @param features [n, ...]
     * @return how much each is worth, [n], in double precision
     * @throws DL4JInvalidInputException if the network has several inputs or outputs, or labels positions
     */
    public INDArray scores(INDArray features) {
        Objects.requireNonNull(features, "the features are null; give those of the pool");
        return scored(features, random.nextLong()).scores();
    }

    /** All rows that get the same seed are scored by the same draws. */
    private Scored scored(INDArray features, long seed) {
        long rows = features.size(0);
        return switch (acquisition) {
            case ENTROPY -> {
                Prediction prediction = prediction(features);
                INDArray entropy = prediction.entropy().castTo(DataType.DOUBLE).reshape(rows);
                yield new Scored(entropy, !prediction.isClassification());
            }
            case MARGIN -> new Scored(margin(prediction(features)).reshape(rows), false);
            case BALD -> {
                List<INDArray> parts = new ArrayList<>();
                for (long from = 0; from < rows; from += ROWS) {
                    INDArray part = features.get(NDArrayIndex.interval(from, Math.min(from + ROWS, rows)));
                    parts.add(information(part, seed).reshape(part.size(0)));
                }
                yield new Scored(joined(parts), false);
            }
            case RANDOM -> new Scored(Nd4j.createFromArray(random.doubles(rows).toArray()), false);
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
        // Never negative but for rounding.
        return Transforms.max(entropy(mean.divi(DRAWS)).subi(conditional.divi(DRAWS)), 0);
    }

    private static INDArray margin(Prediction prediction) {
        if (!prediction.isClassification()) {
            throw new DL4JInvalidInputException(
                    "MARGIN compares the probabilities of classes, but the network predicts numbers; choose by ENTROPY or BALD");
        }
        INDArray probabilities = prediction.probabilities().castTo(DataType.DOUBLE);
        if (!areClasses(probabilities)) {
            return Transforms.abs(probabilities.muli(2).subi(1)).rsubi(1).sum(1);
        }
        INDArray sorted = Nd4j.sort(probabilities, 1, false);
        return sorted.getColumn(1).sub(sorted.getColumn(0)).addi(1);
    }

    /** Of classes, or of independent outputs between 0 and 1. */
    private static INDArray entropy(INDArray probabilities) {
        INDArray own = terms(probabilities);
        return (areClasses(probabilities) ? own : own.addi(terms(probabilities.rsub(1)))).sum(1);
    }

    /** Classes add up to 1, independent outputs do not. */
    private static boolean areClasses(INDArray probabilities) {
        return probabilities.size(1) > 1
                && probabilities.sum(1).subi(1).amaxNumber().doubleValue() < 1e-3;
    }

    private static INDArray terms(INDArray probabilities) {
        return Transforms.log(Transforms.max(probabilities, Double.MIN_NORMAL))
                .muli(probabilities)
                .negi();
    }
}
