package io.github.dl4jep.examples;

import io.github.dl4jep.convert.EpNetworks;
import io.github.dl4jep.likelihood.Prediction;
import io.github.dl4jep.network.EpMultiLayerNetwork;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.ViewIterator;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/**
 * Forecasts of a series with a season, such as numbers by month or by half hour, with 90 % intervals. An LSTM learns how the change against
 * the season before goes on from step to step.
 */
public final class SeriesForecast {

    /** Half the width of a 90 % interval, in standard deviations. */
    private static final double NINETY = 1.645;

    private static final int LONGEST_WINDOW = 48;
    private static final int BATCH = 4;

    private final double[] values;
    private final int season;
    private final int known;
    private final boolean logarithms;
    private final double mean;
    private final double deviation;

    /**
     * A series.
     *
     * @param series its values, in the order of time
     * @param season number of steps after which it repeats
     * @param known how many of its steps may be learned from; the rest is for the test
     */
    private SeriesForecast(double[] series, int season, int known) {
        this.season = season;
        this.known = known;
        // Where all values are positive, changes are shares of the value.
        this.logarithms = Arrays.stream(series).allMatch(value -> value > 0);
        this.values = logarithms ? Arrays.stream(series).map(Math::log).toArray() : series;
        double[] changes =
                IntStream.range(season, known).mapToDouble(this::change).toArray();
        this.mean = Arrays.stream(changes).average().orElseThrow();
        this.deviation = Math.sqrt(Arrays.stream(changes)
                .map(change -> (change - mean) * (change - mean))
                .average()
                .orElseThrow());
    }

    /**
     * Forecasts of one step ahead, on the steps after those learned from. Errors are in units of the mean absolute error that the value of the
     * season before has on the steps learned from.
     *
     * @param error mean absolute scaled error
     * @param naiveError the same of a forecast that repeats the season before
     * @param coverage share of the values inside their 90 % interval
     */
    record Figures(double error, double naiveError, double coverage) {}

    /**
     * Runs the example: figures of one step ahead, and the next season after the end.
     *
     * @param arguments a CSV file whose last column is the series, and its season, if not monthly numbers of air passengers
     * @throws IOException if the file cannot be read
     */
    public static void main(String[] arguments) throws IOException {
        Path file = Path.of(arguments.length > 0 ? arguments[0] : "examples/data/air-passengers.csv");
        int season = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 12;
        double[] series = read(file);
        Figures figures = run(series, season, 10);
        System.out.printf(
                Locale.ROOT,
                "scaled error %.2f (the season before: %.2f), %.0f %% of the values inside their 90 %% interval%n",
                figures.error(),
                figures.naiveError(),
                100 * figures.coverage());
        System.out.println("steps ahead   forecast   90 % interval");
        new SeriesForecast(series, season, series.length).printAhead(10);
    }

    /** The last column of a CSV file with a header. */
    static double[] read(Path file) throws IOException {
        return Files.readAllLines(file).stream()
                .skip(1)
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(',') + 1)))
                .toArray();
    }

    /** Learns from the first four fifths of a series, and forecasts each step of the rest from the steps before it. */
    static Figures run(double[] series, int season, int passes) {
        return new SeriesForecast(series, season, series.length * 4 / 5).figures(passes);
    }

    private Figures figures(int passes) {
        EpMultiLayerNetwork network = trained(passes);
        Prediction next = network.prediction(history(values.length - 1));
        double error = 0;
        double naive = 0;
        int inside = 0;
        for (int step = known; step < values.length; step++) {
            int column = step - 1 - season;
            double forecast = values[step - season] + level(next.mean().getDouble(0, 0, column));
            double half = NINETY * deviation * Math.sqrt(next.variance().getDouble(0, 0, column));
            inside += Math.abs(values[step] - forecast) <= half ? 1 : 0;
            error += Math.abs(number(values[step]) - number(forecast));
            naive += naiveError(step);
        }
        int tested = values.length - known;
        double unit = IntStream.range(season, known)
                .mapToDouble(this::naiveError)
                .average()
                .orElseThrow();
        return new Figures(error / tested / unit, naive / tested / unit, (double) inside / tested);
    }

    private void printAhead(int passes) {
        Prediction ahead = trained(passes).predictor().forecast(history(values.length), season);
        for (int step = 0; step < season; step++) {
            double forecast =
                    values[values.length - season + step] + level(ahead.mean().getDouble(0, 0, step));
            double half = NINETY * deviation * Math.sqrt(ahead.variance().getDouble(0, 0, step));
            System.out.printf(
                    Locale.ROOT,
                    "%11d %10.4g   %.4g to %.4g%n",
                    step + 1,
                    number(forecast),
                    number(forecast - half),
                    number(forecast + half));
        }
    }

    private EpMultiLayerNetwork trained(int passes) {
        MultiLayerConfiguration definition = new NeuralNetConfiguration.Builder()
                .seed(1)
                .list()
                .layer(new LSTM.Builder()
                        .nIn(1)
                        .nOut(16)
                        .activation(Activation.TANH)
                        .build())
                .layer(new RnnOutputLayer.Builder(LossFunction.MSE)
                        .nIn(16)
                        .nOut(1)
                        .activation(Activation.IDENTITY)
                        .build())
                .build();
        EpMultiLayerNetwork network = EpNetworks.from(definition);
        DataSet windows = windows();
        for (int pass = 0; pass < passes; pass++) {
            windows.shuffle(pass);
            network.fit(new ViewIterator(windows, BATCH));
        }
        return network;
    }

    /** Windows of changes; the label of each step is the next change. A quarter of a window lies between two. */
    private DataSet windows() {
        int length = Math.min(2 * season, LONGEST_WINDOW);
        int[] starts = IntStream.iterate(season, from -> from + length < known, from -> from + length / 4)
                .toArray();
        INDArray features = Nd4j.create(starts.length, 1, length);
        INDArray labels = Nd4j.create(starts.length, 1, length);
        for (int window = 0; window < starts.length; window++) {
            for (int step = 0; step < length; step++) {
                features.putScalar(window, 0, step, scaled(starts[window] + step));
                labels.putScalar(window, 0, step, scaled(starts[window] + step + 1));
            }
        }
        return new DataSet(features, labels);
    }

    /** Changes up to a step, [1, 1, steps]. */
    private INDArray history(int end) {
        return Nd4j.createFromArray(
                        IntStream.range(season, end).mapToDouble(this::scaled).toArray())
                .castTo(Nd4j.dataType())
                .reshape(1, 1, (long) end - season);
    }

    private double change(int step) {
        return values[step] - values[step - season];
    }

    private double scaled(int step) {
        return (change(step) - mean) / deviation;
    }

    private double level(double scaledChange) {
        return mean + deviation * scaledChange;
    }

    private double number(double value) {
        return logarithms ? Math.exp(value) : value;
    }

    private double naiveError(int step) {
        return Math.abs(number(values[step]) - number(values[step - season]));
    }
}
