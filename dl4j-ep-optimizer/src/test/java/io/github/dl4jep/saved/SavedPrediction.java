package io.github.dl4jep.saved;

import io.github.dl4jep.likelihood.Prediction;
import io.github.dl4jep.network.EpNetwork;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Features and what a network makes of them, as a text: a line with the shape of the features, then a line for each example with its
 * features, its output and its epistemic variances.
 *
 * @param shape of the features
 * @param features row by row
 * @param predictions output and epistemic variance, row by row
 */
record SavedPrediction(long[] shape, double[][] features, double[][] predictions) {

    static SavedPrediction of(EpNetwork network, INDArray raw, INDArray features) {
        Prediction prediction = network.prediction(features);
        double[][] outputs = prediction.output().toDoubleMatrix();
        double[][] variances = prediction.epistemicVariance().toDoubleMatrix();
        double[][] both = new double[outputs.length][];
        for (int row = 0; row < outputs.length; row++) {
            both[row] = Arrays.copyOf(outputs[row], outputs[row].length + variances[row].length);
            System.arraycopy(variances[row], 0, both[row], outputs[row].length, variances[row].length);
        }
        double[][] flat =
                raw.dup('c').reshape(raw.size(0), raw.length() / raw.size(0)).toDoubleMatrix();
        return new SavedPrediction(raw.shape(), flat, both);
    }

    static SavedPrediction parse(List<String> lines) {
        long[] shape = Arrays.stream(lines.get(0).split(","))
                .mapToLong(Long::parseLong)
                .toArray();
        double[][] features = new double[lines.size() - 1][];
        double[][] predictions = new double[lines.size() - 1][];
        for (int row = 0; row < features.length; row++) {
            String[] parts = lines.get(row + 1).split(";");
            features[row] = numbers(parts[0]);
            predictions[row] = numbers(parts[1]);
        }
        return new SavedPrediction(shape, features, predictions);
    }

    private static double[] numbers(String text) {
        return Arrays.stream(text.split(",")).mapToDouble(Double::parseDouble).toArray();
    }

    List<String> lines() {
        List<String> lines = new java.util.ArrayList<>();
        lines.add(Arrays.stream(shape).mapToObj(Long::toString).collect(Collectors.joining(",")));
        for (int row = 0; row < features.length; row++) {
            lines.add(text(features[row]) + ";" + text(predictions[row]));
        }
        return lines;
    }

    private static String text(double[] numbers) {
        return Arrays.stream(numbers)
                .mapToObj(number -> Float.toString((float) number))
                .collect(Collectors.joining(","));
    }
}
