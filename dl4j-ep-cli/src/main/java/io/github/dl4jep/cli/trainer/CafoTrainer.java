package io.github.dl4jep.cli.trainer;

import io.github.dl4jep.array.SymmetricMatrix;
import io.github.dl4jep.cli.data.format.Task;
import io.github.dl4jep.cli.definition.Definition;
import io.github.dl4jep.cli.failure.UserException;
import io.github.dl4jep.cli.trainer.LayerChain.Block;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.DoubleUnaryOperator;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.ViewIterator;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * The cascaded forward algorithm: every layer with weights, with those without that follow, is a block whose output a predictor of its
 * own reads; the predictions of all blocks are added up. The network's output layer gives the predictors their kind, and is otherwise not used.
 *
 * <ul>
 *   <li>{@code cafo}: blocks keep their initial weights; predictors are ridge regressions to the one-hot labels, in closed form from the
 *       first pass. Further passes have nothing to add.
 *   <li>{@code cafo:ce}: blocks keep their initial weights; predictors learn by Adam from the network's loss, the cross-entropy of classes.
 *   <li>{@code cafo:local}: block and predictor learn together by Adam from that loss, and no gradient leaves the block.
 * </ul>
 *
 * <p>Source: G. Zhao, T. Wang, Y. Li, Y. Jin, C. Lang and H. Ling 2023, "The Cascaded Forward Algorithm for Neural Network Training",
 * arXiv:2303.09728; its trained blocks learn by direct feedback alignment, those of {@code cafo:local} by their predictor's gradient.
 *
 * @param predictor how blocks and predictors learn
 */
record CafoTrainer(Predictor predictor) implements Trainer {
    private static final String NAME = "cafo";

    /** Ways of learning. */
    enum Predictor {
        RIDGE,
        CE,
        LOCAL
    }

    /** In closed form. */
    CafoTrainer() {
        this(Predictor.RIDGE);
    }

    @Override
    public String name() {
        return predictor == Predictor.RIDGE ? NAME : NAME + ":" + word(predictor);
    }

    private static String word(Predictor predictor) {
        return predictor.name().toLowerCase(Locale.ROOT);
    }

    @Override
    public Trainer with(String value) {
        for (Predictor known : Predictor.values()) {
            if (word(known).equals(value)) {
                return new CafoTrainer(known);
            }
        }
        throw new UserException("--trainers cafo:" + value + ": \"" + value
                + "\" is no kind of predictor: there are ridge, ce and local.");
    }

    @Override
    public OptionalDouble defaultRate(Task task) {
        return predictor == Predictor.RIDGE ? OptionalDouble.empty() : OptionalDouble.of(AdamTrainer.LEARNING_RATE);
    }

    @Override
    public TrainingSession start(TrainingJob job) {
        Definition definition = job.definition();
        MultiLayerConfiguration list = LayerChain.checked(NAME, definition);
        Map<String, Object> options = new LinkedHashMap<>();
        options.put("predictor", word(predictor));
        options.put("blocks", LayerChain.blocks(list).size());
        if (predictor == Predictor.RIDGE) {
            return new Ridge(job, definition, list, options);
        }
        Adam updater = new Adam(rate(job));
        BackPropagationSession.replaceUpdaters(definition, updater);
        options.put("learningRate", updater.getLearningRate());
        return new BlockSession(
                job,
                list,
                predictor == Predictor.CE ? BlockSession.Learning.RANDOM_BLOCKS : BlockSession.Learning.LOCAL,
                options);
    }

    /**
     * Ridge regressions on random blocks. Probabilities are those of a softmax of the sum of the predictions times a scale, which makes the
     * likelihood of training rows largest, each predicted without itself; so is the variance of a predicted number found.
     */
    private static final class Ridge implements TrainingSession {
        /** The penalty of squared weights, as part of the mean square of a feature. */
        private static final double PENALTY = 1e-3;
        /** The square matrix of as many numbers takes 0.4 GB. */
        private static final long LARGEST = 7_000;
        /** Rows that run at once. */
        private static final int ROWS = 200;
        /** Batches whose products are summed in single precision; any number above 1. */
        private static final int BATCHES = 16;
        /** Rows that the scale is found on. */
        private static final int SCALED = 2_000;

        private final TrainingJob job;
        private final LayerChain chain;
        private final List<Block> blocks;
        private final int[] features;
        private final Map<String, Object> options;
        /** [features + 1, outputs] of each block; the last row is the offset. Empty before the first pass. */
        private final List<INDArray> weights = new ArrayList<>();

        private double scale = 1;
        private double noise = 1;

        Ridge(TrainingJob job, Definition definition, MultiLayerConfiguration list, Map<String, Object> options) {
            this.job = job;
            this.options = options;
            chain = new LayerChain(list);
            blocks = LayerChain.blocks(list);
            features = new int[blocks.size()];
            INDArray row = job.train().range(0, 1).getFeatures();
            for (int k = 0; k < features.length; k++) {
                row = chain.forward(blocks.get(k), row);
                if (row.length() > LARGEST) {
                    String layer =
                            definition.layers().get(blocks.get(k).to() - 1).name();
                    throw new UserException(String.format(
                            Locale.ROOT,
                            "cafo cannot train this network: %s puts out %,d numbers a row, but a ridge regression takes at most"
                                    + " %,d: choose the trainer cafo:ce, or pool more.",
                            layer,
                            row.length(),
                            LARGEST));
                }
                features[k] = (int) row.length();
            }
        }

        @Override
        public Map<String, Object> options() {
            return options;
        }

        @Override
        public void trainPass(DataSetIterator batches) {
            if (!weights.isEmpty()) {
                return;
            }
            DataSet sample = job.train().range(0, Math.min(SCALED, job.train().count()));
            INDArray withheld = Nd4j.zeros(DataType.DOUBLE, sample.getLabels().shape());
            for (int k = 0; k < blocks.size(); k++) {
                batches.reset();
                withheld.addi(fit(k, batches, sample));
            }
            INDArray labels = sample.getLabels().castTo(DataType.DOUBLE);
            if (job.task() == Task.CLASSIFICATION) {
                scale = Math.exp(minimum(
                        log -> negativeLogLikelihood(withheld.mul(Math.exp(log)), labels),
                        Math.log(1e-3),
                        Math.log(1e3)));
            } else {
                INDArray residual = withheld.divi(blocks.size()).sub(labels);
                noise = residual.muli(residual).meanNumber().doubleValue();
            }
        }

        /** Fits the predictor of one block, and returns its predictions for the sample, each row's without that row. */
        private INDArray fit(int block, DataSetIterator batches, DataSet sample) {
            int n = features[block] + 1;
            double[] gram = new double[n * n];
            INDArray part = Nd4j.createUninitialized(DataType.FLOAT, new long[] {n, n}, 'f');
            INDArray products = Nd4j.zeros(DataType.DOUBLE, n, job.train().outputs());
            for (int i = 1; batches.hasNext(); i++) {
                DataSet batch = batches.next();
                INDArray inputs = features(block, batch.getFeatures());
                // Sums of some batches in single precision, of all in double.
                boolean first = i % BATCHES == 1;
                Nd4j.gemm(inputs, inputs, part, true, false, 1, first ? 0 : 1);
                if (i % BATCHES == 0 || !batches.hasNext()) {
                    add(part, gram);
                }
                products.addi(inputs.transpose().mmul(batch.getLabels()).castTo(DataType.DOUBLE));
            }
            double trace = 0;
            for (int i = 0; i < n - 1; i++) {
                trace += gram[i * n + i];
            }
            // Units that are silent on all rows have no other term than this.
            double penalty = trace > 0 ? PENALTY * trace / (n - 1) : PENALTY;
            for (int i = 0; i < n; i++) {
                gram[i * n + i] += penalty;
            }
            INDArray inverse = Nd4j.create(inverse(gram, n, block), new long[] {n, n}, 'f');
            INDArray found = inverse.mmul(products);
            weights.add(found.castTo(DataType.FLOAT));
            INDArray inputs = features(block, sample.getFeatures()).castTo(DataType.DOUBLE);
            INDArray own = inputs.mmul(inverse).muli(inputs).sum(true, 1);
            INDArray predicted = inputs.mmul(found);
            INDArray labels = sample.getLabels().castTo(DataType.DOUBLE);
            return predicted.subi(labels.muliColumnVector(own)).diviColumnVector(own.rsub(1));
        }

        private static double[] inverse(double[] gram, int n, int block) {
            try {
                return SymmetricMatrix.inverse(gram, n);
            } catch (ArithmeticException e) {
                throw new UserException(
                        "cafo cannot train this network on these rows: what block " + block
                                + " (from 0) puts out is not finite, or too large for single precision; choose another"
                                + " trainer, or scale the inputs.",
                        e);
            }
        }

        private static void add(INDArray part, double[] sum) {
            float[] values = Nd4j.toFlattened('f', part).toFloatVector();
            for (int i = 0; i < values.length; i++) {
                sum[i] += values[i];
            }
        }

        /** What the predictor of a block reads, [rows, features + 1]. */
        private INDArray features(int block, INDArray rows) {
            return withOne(chain.forward(new Block(0, blocks.get(block).to()), rows));
        }

        private static INDArray withOne(INDArray activation) {
            long rows = activation.size(0);
            return Nd4j.hstack(
                    activation.reshape('c', rows, activation.length() / rows), Nd4j.ones(DataType.FLOAT, rows, 1));
        }

        private static double negativeLogLikelihood(INDArray scores, INDArray labels) {
            INDArray probabilities = Transforms.softmax(scores, true);
            INDArray right = probabilities.muli(labels).sum(1);
            return -Transforms.log(Transforms.max(right, Double.MIN_NORMAL))
                    .meanNumber()
                    .doubleValue();
        }

        /** Of a function that falls and then rises, by the golden section. */
        private static double minimum(DoubleUnaryOperator function, double from, double to) {
            double part = (Math.sqrt(5) - 1) / 2;
            double low = from;
            double high = to;
            for (int i = 0; i < 40; i++) {
                double left = high - part * (high - low);
                double right = low + part * (high - low);
                if (function.applyAsDouble(left) < function.applyAsDouble(right)) {
                    high = right;
                } else {
                    low = left;
                }
            }
            return (low + high) / 2;
        }

        @Override
        public Predictive predict(DataSet rows) {
            List<INDArray> outputs = new ArrayList<>();
            INDArray features = rows.getFeatures();
            DataSetIterator parts = new ViewIterator(new DataSet(features, features), ROWS);
            while (parts.hasNext()) {
                outputs.add(sum(parts.next().getFeatures()));
            }
            INDArray sum = Nd4j.vstack(outputs);
            if (job.task() == Task.CLASSIFICATION) {
                return new Predictive.Classes(Transforms.softmax(sum.muli(scale), true));
            }
            INDArray mean = sum.divi(blocks.size());
            return new Predictive.Gaussian(mean, Nd4j.valueArrayOf(mean.shape(), noise, DataType.DOUBLE));
        }

        private INDArray sum(INDArray rows) {
            INDArray sum = Nd4j.zeros(DataType.FLOAT, rows.size(0), job.train().outputs());
            INDArray activation = rows;
            for (int k = 0; k < weights.size(); k++) {
                activation = chain.forward(blocks.get(k), activation);
                sum.addi(withOne(activation).mmul(weights.get(k)));
            }
            return sum;
        }
    }
}
