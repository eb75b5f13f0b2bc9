package io.github.dl4jep.likelihood;

import io.github.dl4jep.array.Rows;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** How scores become class probabilities: one class of several, or independent binary outputs. */
enum ClassProbabilities {

    /** Softmax over the outputs: exactly one class is right. */
    ONE_OF_MANY {
        @Override
        double[] logProbabilities(double[] scores) {
            double largest = Double.NEGATIVE_INFINITY;
            for (double score : scores) {
                largest = Math.max(largest, score);
            }
            double sum = 0;
            for (double score : scores) {
                sum += Math.exp(score - largest);
            }
            double logOfSum = Math.log(sum);
            double[] logs = new double[scores.length];
            for (int c = 0; c < scores.length; c++) {
                logs[c] = scores[c] - largest - logOfSum;
            }
            return logs;
        }

        @Override
        double entropy(double[] logProbabilities) {
            double entropy = 0;
            for (double log : logProbabilities) {
                entropy -= contribution(log);
            }
            return entropy;
        }

        @Override
        double logLikelihood(double[] logProbabilities, double[] labels, double[] importance) {
            double sum = 0;
            for (int c = 0; c < labels.length; c++) {
                sum += importance[c] * labels[c] * logProbabilities[c];
            }
            return sum;
        }

        @Override
        void check(INDArray labels, INDArray importance) {
            ClassLabels.requireOneHot(labels, importance);
        }
    },

    /** Sigmoid of each score: every output is right or wrong by itself. */
    INDEPENDENT {
        @Override
        double[] logProbabilities(double[] scores) {
            double[] logs = new double[scores.length];
            for (int c = 0; c < scores.length; c++) {
                logs[c] = logSigmoid(scores[c]);
            }
            return logs;
        }

        @Override
        double entropy(double[] logProbabilities) {
            double entropy = 0;
            for (double log : logProbabilities) {
                entropy -= contribution(log) + contribution(logComplement(log));
            }
            return entropy;
        }

        @Override
        double logLikelihood(double[] logProbabilities, double[] labels, double[] importance) {
            double sum = 0;
            for (int c = 0; c < labels.length; c++) {
                double log = logProbabilities[c];
                sum += importance[c] * (labels[c] * log + (1 - labels[c]) * logComplement(log));
            }
            return sum;
        }

        @Override
        void check(INDArray labels, INDArray importance) {
            ClassLabels.requireBinary(labels, importance);
        }
    };

    private static final double LOG_SMALLEST = Math.log(Double.MIN_NORMAL);

    /** Log probability of each output from its score, in nats. */
    abstract double[] logProbabilities(double[] scores);

    /** Entropy of the prediction, in nats. */
    abstract double entropy(double[] logProbabilities);

    /** Log likelihood of one row of labels, in nats. */
    abstract double logLikelihood(double[] logProbabilities, double[] labels, double[] importance);

    /** Throws if the labels are not of this kind. */
    abstract void check(INDArray labels, INDArray importance);

    /** Log probabilities of every row, [minibatch, outputs], double. */
    INDArray logProbabilities(INDArray scores) {
        double[][] rows = Rows.of(scores);
        for (int n = 0; n < rows.length; n++) {
            rows[n] = logProbabilities(rows[n]);
        }
        return Nd4j.createFromArray(rows);
    }

    /** Entropy of every row, [minibatch, 1], double. */
    INDArray entropy(INDArray logProbabilities) {
        double[][] rows = Rows.of(logProbabilities);
        double[][] entropies = new double[rows.length][1];
        for (int n = 0; n < rows.length; n++) {
            entropies[n][0] = entropy(rows[n]);
        }
        return Nd4j.createFromArray(entropies);
    }

    /** Negative log likelihood of every row, [minibatch, 1], double; importance null for 1. */
    INDArray negativeLogLikelihood(INDArray logProbabilities, INDArray labels, @Nullable INDArray importance) {
        double[][] rows = Rows.of(logProbabilities);
        double[][] y = Rows.of(labels);
        double[][] omega = importance == null ? null : Rows.of(importance);
        double[] ones = new double[labels.columns()];
        Arrays.fill(ones, 1);
        double[] nll = new double[rows.length];
        for (int n = 0; n < rows.length; n++) {
            nll[n] = -logLikelihood(rows[n], y[n], omega == null ? ones : omega[n]);
        }
        return Rows.column(nll);
    }

    private static double contribution(double log) {
        return log < LOG_SMALLEST ? 0 : log * Math.exp(log);
    }

    private static double logSigmoid(double x) {
        return x > 0 ? -Math.log1p(Math.exp(-x)) : x - Math.log1p(Math.exp(x));
    }

    /** log(1 - exp(log)); the two branches are each accurate on their side of -log 2. */
    private static double logComplement(double log) {
        double exact = log > -0.6931471805599453 ? Math.log(-Math.expm1(log)) : Math.log1p(-Math.exp(log));
        // A probability of exactly 1 leaves nothing for the other side in double precision; its log stays finite.
        return Math.max(exact, LOG_SMALLEST);
    }
}
