package io.github.dl4jep.likelihood;

import io.github.dl4jep.array.Rows;
import io.github.dl4jep.learned.Parameters;
import io.github.dl4jep.learned.Statistic;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * How frequent classes are, among the labels and as predicted.
 *
 * <p>b is the logarithm of a class' frequency among the labels in times of 1 / C, or the log odds of an independent output. \( \delta \)
 * is by what the same of its mean predicted probability is short of b. Added to the scores it makes mean probabilities the frequencies of
 * the labels, exactly so for rare classes: one step of the correction of Saerens, Latinne and Decaestecker 2002 (Neural Computation 14).
 *
 * @param kind one class of several, or independent outputs
 * @param corrected whether predictions are counted; else delta is 0
 */
record ClassFrequencies(ClassProbabilities kind, boolean corrected) {

    /** Share of the labels that are of each class. */
    private static final String OF_LABELS = "classFrequency";
    /** Mean probability of each class without delta, before a batch is learned from. */
    private static final String PREDICTED = "predictedFrequency";
    /** Share of the labels that always counts as spread over all classes, so that no frequency is 0. */
    private static final double SPREAD = 1e-4;

    private boolean independent() {
        return kind == ClassProbabilities.INDEPENDENT;
    }

    Map<String, Integer> parameterLengths(int outputs) {
        Map<String, Integer> lengths = new LinkedHashMap<>();
        lengths.put(OF_LABELS, outputs);
        if (corrected) {
            lengths.put(PREDICTED, outputs);
        }
        return lengths;
    }

    void initialise(Map<String, INDArray> parameters) {
        parameterLengths(0).keySet().forEach(name -> {
            INDArray frequency = Parameters.get(parameters, name);
            frequency.assign(spread(frequency.length()));
        });
    }

    private double spread(long outputs) {
        return independent() ? 0.5 : 1.0 / outputs;
    }

    /** b of every output. */
    double[] base(Map<String, INDArray> parameters) {
        return base(Parameters.get(parameters, OF_LABELS));
    }

    private double[] base(INDArray frequencies) {
        double[] base = Rows.flat(frequencies);
        for (int c = 0; c < base.length; c++) {
            // Of a softmax only differences count: equally frequent classes have 0.
            double other = independent() ? 1 - base[c] : 1.0 / base.length;
            base[c] = Math.log(base[c] / other);
        }
        return base;
    }

    /** Delta of every output. */
    double[] correction(Map<String, INDArray> parameters) {
        double[] correction = base(parameters);
        double[] predicted = corrected ? base(Parameters.get(parameters, PREDICTED)) : correction.clone();
        Arrays.setAll(correction, c -> correction[c] - predicted[c]);
        return correction;
    }

    /**
     * What a batch says.
     *
     * @param batch the batch, not learned from yet
     * @param scores what probabilities come from, without delta
     * @param importance of every entry, column by column
     * @return statistics by parameter
     */
    Map<String, Statistic> statistics(OutputBatch batch, PredictiveForm.Scores scores, double[] importance) {
        int rows = batch.labels().rows();
        Statistic ofLabels = statistic(Rows.columns(batch.labels()), rows, importance);
        if (!corrected) {
            return Map.of(OF_LABELS, ofLabels);
        }
        double[] predicted = scores.probabilities(batch.givenMean(), batch.givenVariance());
        return Map.of(OF_LABELS, ofLabels, PREDICTED, statistic(predicted, rows, importance));
    }

    private static Statistic statistic(double[] shares, int rows, double[] importance) {
        double[] sum = new double[shares.length / rows];
        double[] all = new double[sum.length];
        for (int i = 0; i < shares.length; i++) {
            sum[i / rows] += importance[i] * shares[i];
            all[i / rows] += importance[i];
        }
        return Statistic.of(sum, all);
    }

    /** Whether a parameter is one of these. */
    boolean has(String parameter) {
        return parameterLengths(0).containsKey(parameter);
    }

    double[] learn(String parameter, double[] current, Statistic statistic, LearningPhase phase) {
        // The first batches are predicted by a network that has learned nothing.
        double retention = parameter.equals(PREDICTED) ? phase.recentRetention() : phase.retention();
        double[] next = current.clone();
        double[] mean = statistic.mean();
        for (int c = 0; c < next.length; c++) {
            double estimate = (1 - SPREAD) * mean[c] + SPREAD * spread(next.length);
            // An output without any label says nothing.
            next[c] = Double.isNaN(estimate) ? next[c] : next[c] + (1 - retention) * (estimate - next[c]);
        }
        return next;
    }
}
