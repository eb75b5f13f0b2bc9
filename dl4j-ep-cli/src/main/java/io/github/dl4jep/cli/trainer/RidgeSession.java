package io.github.dl4jep.cli.trainer;

import io.github.dl4jep.cli.data.format.Task;
import io.github.dl4jep.cli.definition.Definition;
import io.github.dl4jep.cli.failure.UserException;
import io.github.dl4jep.cli.trainer.LayerChain.Block;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;
import java.util.function.ToDoubleFunction;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.ViewIterator;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * Ridge regressions on random blocks. Probabilities are those of a softmax of a weighted sum of the predictions; the weights, all above 0, make
 * the likelihood of training rows largest, each predicted without itself. So are the weights of predicted numbers and their variance found.
 *
 * <p>Source of the weights: L. Breiman 1996, "Stacked regressions", Machine Learning 24.
 */
final class RidgeSession implements TrainingSession {
    /** Two square matrices of as many numbers take 0.8 GB. */
    private static final long LARGEST = 7_000;
    /** Rows that run at once. */
    private static final int ROWS = 200;
    /** Rows that penalties, weights and variance are found on. */
    private static final int WITHHELD = 2_000;
    /** Turns in which each of the weights is found, given the others. */
    private static final int TURNS = 8;

    private final TrainingJob job;
    private final LayerChain chain;
    private final List<Block> blocks;
    private final int[] features;
    private final Map<String, Object> options;
    /** [features + 1, outputs] of each block; the last row is the offset. Empty before the first pass. */
    private final List<INDArray> weights = new ArrayList<>();

    /** Of each block in the sum. */
    private double[] scales = {};

    private double noise = 1;

    RidgeSession(TrainingJob job, Definition definition, MultiLayerConfiguration list, Map<String, Object> options) {
        this.job = job;
        this.options = options;
        chain = new LayerChain(list);
        blocks = LayerChain.blocks(list);
        features = new int[blocks.size()];
        INDArray row = job.train().range(0, 1).getFeatures();
        for (int k = 0; k < features.length; k++) {
            row = chain.forward(blocks.get(k), row);
            if (row.length() > LARGEST) {
                String layer = definition.layers().get(blocks.get(k).to() - 1).name();
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
        DataSet sample = job.train().range(0, Math.min(WITHHELD, job.train().count()));
        INDArray labels = sample.getLabels().castTo(DataType.DOUBLE);
        List<INDArray> withheld = new ArrayList<>();
        for (int k = 0; k < blocks.size(); k++) {
            batches.reset();
            RidgeRegression.Fit fit = fit(k, batches, sample.getFeatures(), labels);
            weights.add(fit.weights().castTo(DataType.FLOAT));
            withheld.add(fit.withheld());
        }
        ToDoubleFunction<INDArray> loss = job.task() == Task.CLASSIFICATION
                ? sum -> negativeLogLikelihood(sum, labels)
                : sum -> meanSquare(sum.sub(labels));
        scales = scales(withheld, loss);
        noise = meanSquare(weighted(withheld, scales, -1).subi(labels));
    }

    /** Fits the predictor of one block. */
    private RidgeRegression.Fit fit(int block, DataSetIterator batches, INDArray sample, INDArray labels) {
        RidgeRegression regression =
                new RidgeRegression(features[block] + 1, job.train().outputs());
        while (batches.hasNext()) {
            DataSet batch = batches.next();
            regression.add(features(block, batch.getFeatures()), batch.getLabels());
        }
        try {
            return regression.best(features(block, sample).castTo(DataType.DOUBLE), labels);
        } catch (ArithmeticException e) {
            throw new UserException(
                    "cafo cannot train this network on these rows: what block " + block
                            + " (from 0) puts out is not finite, or too large for single precision; choose another"
                            + " trainer, or scale the inputs.",
                    e);
        }
    }

    /** Finds each weight, from .001 to 1,000, given the others, in turn; the losses are convex in all of them. */
    static double[] scales(List<INDArray> predictions, ToDoubleFunction<INDArray> loss) {
        double[] scales = new double[predictions.size()];
        Arrays.fill(scales, 1.0 / scales.length);
        for (int turn = 0; turn < TURNS; turn++) {
            for (int k = 0; k < scales.length; k++) {
                INDArray own = predictions.get(k);
                INDArray others = weighted(predictions, scales, k);
                scales[k] = Math.exp(minimum(
                        log -> loss.applyAsDouble(own.mul(Math.exp(log)).addi(others)), Math.log(1e-3), Math.log(1e3)));
            }
        }
        return scales;
    }

    /** The weighted sum, without one of the predictions if there is one of that place. */
    private static INDArray weighted(List<INDArray> predictions, double[] scales, int without) {
        INDArray sum = Nd4j.zeros(DataType.DOUBLE, predictions.get(0).shape());
        for (int k = 0; k < scales.length; k++) {
            if (k != without) {
                sum.addi(predictions.get(k).mul(scales[k]));
            }
        }
        return sum;
    }

    private static double meanSquare(INDArray residual) {
        return residual.mul(residual).meanNumber().doubleValue();
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
        for (int i = 0; i < 30; i++) {
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
            return new Predictive.Classes(Transforms.softmax(sum, true));
        }
        return new Predictive.Gaussian(sum, Nd4j.valueArrayOf(sum.shape(), noise, DataType.DOUBLE));
    }

    private INDArray sum(INDArray rows) {
        INDArray sum = Nd4j.zeros(DataType.FLOAT, rows.size(0), job.train().outputs());
        INDArray activation = rows;
        for (int k = 0; k < weights.size(); k++) {
            activation = chain.forward(blocks.get(k), activation);
            sum.addi(withOne(activation).mmul(weights.get(k)).muli(scales[k]));
        }
        return sum;
    }
}
