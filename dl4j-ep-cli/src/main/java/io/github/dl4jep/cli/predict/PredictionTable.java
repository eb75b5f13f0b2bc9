package io.github.dl4jep.cli.predict;

import io.github.dl4jep.cli.data.format.RowFormat;
import io.github.dl4jep.cli.data.format.SequenceShape;
import io.github.dl4jep.cli.data.format.Task;
import io.github.dl4jep.cli.data.source.UnlabelledRows;
import io.github.dl4jep.cli.data.split.SequenceSteps;
import io.github.dl4jep.cli.data.table.ReadOptions;
import io.github.dl4jep.cli.failure.UserException;
import io.github.dl4jep.cli.metric.IntervalCoverage;
import io.github.dl4jep.cli.model.ModelCard;
import io.github.dl4jep.cli.model.SavedModel;
import io.github.dl4jep.cli.trainer.Predictive;
import io.github.dl4jep.likelihood.Prediction;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * Predictions as a table: for classes {@code class}, {@code p_NAME} of each class and {@code entropy} in nats; for a number {@code mean},
 * {@code sd}, {@code epistemic_sd}, {@code aleatoric_sd} and the ends of the interval that should hold 90 % of the true values,
 * {@code low_90} and {@code high_90}, in the units of the label. Sequences with a label at every step have a row for each step.
 *
 * @param header the names of the columns
 * @param rows the cells
 * @param notes what was noticed in the data and done to them
 */
public record PredictionTable(List<String> header, List<List<String>> rows, List<String> notes) {
    /** Rows predicted at once. */
    private static final int BLOCK = 1_000;

    private static final int TRIAL_STEPS = 2;
    private static final double NINETY = IntervalCoverage.deviations(0.9);

    private static final CSVFormat FORMAT =
            CSVFormat.DEFAULT.builder().setRecordSeparator("\n").get();

    /**
     * Predicts.
     *
     * @param model the model
     * @param file the name of its file, for messages
     * @param data the rows, as for {@code --data}
     * @param reading how a CSV file is to be read
     * @return the table
     * @throws UserException if the rows cannot be read, the model does not say what it takes, or a prediction is not finite
     */
    public static PredictionTable of(SavedModel model, String file, String data, ReadOptions reading) {
        ModelCard card = model.card();
        if (card == null) {
            throw new UserException(
                    "The model " + file + " does not say what its rows and outputs are: only files of dl4j-ep"
                            + " train do; use EpNetworks.load in a program.");
        }
        requireFit(model, card, file);
        UnlabelledRows rows = UnlabelledRows.open(data, card.rows(), reading);
        PredictionTable table = new PredictionTable(
                header(rows.nameColumn(), card.rows()),
                new ArrayList<>(rows.names().size()),
                rows.notes());
        for (int from = 0; from < rows.names().size(); from += BLOCK) {
            int to = Math.min(from + BLOCK, rows.names().size());
            DataSet block = rows.features().range(from, to);
            block.setFeatures(arranged(card, block.getFeatures()));
            List<String> names = rows.names().subList(from, to);
            table.add(prediction(model, data, block, names, card.rows()), names(names, block), card.rows());
        }
        return table;
    }

    private static Prediction prediction(
            SavedModel model, String data, DataSet block, List<String> names, RowFormat format) {
        try {
            return Predictive.by(model.network(), block);
        } catch (DL4JInvalidInputException e) {
            throw new UserException(data + ", " + farthest(block.getFeatures(), names, format) + ".", e);
        }
    }

    /** Where the largest input is, of which there is no prediction. */
    private static String farthest(INDArray features, List<String> names, RowFormat format) {
        INDArray sizes = Transforms.abs(features, true).reshape('c', features.size(0), features.size(1), -1);
        long place = Nd4j.argMax(sizes.dup('c').reshape(-1)).getLong(0);
        long positions = sizes.size(2);
        int row = Math.toIntExact(place / positions / sizes.size(1));
        int column = Math.toIntExact(place / positions % sizes.size(1));
        return "row " + names.get(row) + ", "
                + (format.image() == null ? "column \"" + format.inputNames().get(column) + "\"" : "a value")
                + ": " + sizes.getDouble(row, column, place % positions)
                + " deviations from the mean of the training rows are too many for a prediction";
    }

    /** The cells that name each prediction: those of sequences at every step are numbered. */
    private static List<List<String>> names(List<String> rows, DataSet block) {
        List<Integer> steps = SequenceSteps.labels(block);
        if (steps.isEmpty()) {
            return rows.stream().map(List::of).toList();
        }
        List<List<String>> names = new ArrayList<>();
        for (int i = 0; i < rows.size(); i++) {
            for (int step = 1; step <= steps.get(i); step++) {
                names.add(List.of(rows.get(i), String.valueOf(step)));
            }
        }
        return names;
    }

    private void add(Prediction prediction, List<List<String>> names, RowFormat format) {
        for (int row = 0; row < names.size(); row++) {
            List<String> cells = new ArrayList<>(names.get(row));
            String name = String.join(", step ", cells);
            cells.addAll(
                    format.task() == Task.CLASSIFICATION
                            ? classes(prediction, row, format, name)
                            : number(prediction, row, format, name));
            rows.add(cells);
        }
    }

    private static INDArray arranged(ModelCard card, INDArray features) {
        return card.takesImages() ? card.rows().asImages(features) : features;
    }

    /** A card that was changed by hand may not fit its network. */
    private static void requireFit(SavedModel model, ModelCard card, String file) {
        RowFormat format = card.rows();
        boolean classes = format.task() == Task.CLASSIFICATION;
        boolean fits;
        SequenceShape sequence = format.sequence();
        try (INDArray row =
                sequence == null ? Nd4j.zeros(1, format.inputs()) : Nd4j.zeros(1, format.inputs(), TRIAL_STEPS)) {
            Prediction trial = model.network().prediction(arranged(card, row));
            fits = trial.isClassification() == classes
                    && trial.mean().rank() == (sequence != null && sequence.everyStep() ? 3 : 2)
                    && trial.mean().size(1) == (classes ? format.classes().size() : 1);
        } catch (RuntimeException e) {
            throw new UserException(
                    "The model " + file + " does not fit what it says of its rows: " + UserException.reason(e) + ".",
                    e);
        }
        if (!fits) {
            throw new UserException("The model " + file + " does not fit what it says of its outputs.");
        }
    }

    private static List<String> header(String nameColumn, RowFormat format) {
        List<String> header = new ArrayList<>();
        header.add(nameColumn);
        if (format.sequence() != null && format.sequence().everyStep()) {
            header.add("step");
        }
        if (format.task() == Task.REGRESSION) {
            header.addAll(List.of("mean", "sd", "epistemic_sd", "aleatoric_sd", "low_90", "high_90"));
            return header;
        }
        header.add("class");
        format.classes().forEach(name -> header.add("p_" + name));
        header.add("entropy");
        return header;
    }

    private static List<String> classes(Prediction prediction, int row, RowFormat format, String name) {
        List<String> cells = new ArrayList<>();
        int best = 0;
        for (int c = 0; c < format.classes().size(); c++) {
            double probability = prediction.probabilities().getDouble(row, c);
            cells.add(text(probability, name));
            best = probability > prediction.probabilities().getDouble(row, best) ? c : best;
        }
        cells.add(0, format.classes().get(best));
        cells.add(text(prediction.entropy().getDouble(row, 0), name));
        return cells;
    }

    private static List<String> number(Prediction prediction, int row, RowFormat format, String name) {
        double scale = format.targetDeviation();
        double epistemic = prediction.epistemicVariance().getDouble(row, 0);
        double aleatoric = prediction.aleatoricVariance().getDouble(row, 0);
        double mean = prediction.mean().getDouble(row, 0) * scale + format.targetMean();
        double deviation = Math.sqrt(epistemic + aleatoric) * scale;
        return List.of(
                text(mean, name),
                text(deviation, name),
                text(Math.sqrt(epistemic) * scale, name),
                text(Math.sqrt(aleatoric) * scale, name),
                text(mean - NINETY * deviation, name),
                text(mean + NINETY * deviation, name));
    }

    /** Seven digits, which is what single precision has. */
    private static String text(double value, String name) {
        float rounded = (float) value;
        if (!Float.isFinite(rounded)) {
            throw new UserException("The prediction for row " + name + " is " + value
                    + ": the row is too far from what the model was trained on.");
        }
        return Float.toString(rounded);
    }

    /**
     * Writes the table as CSV.
     *
     * @return the text, lines end in a line feed
     */
    public String toCsv() {
        StringBuilder text = new StringBuilder();
        try (CSVPrinter printer = new CSVPrinter(text, FORMAT)) {
            printer.printRecord(header);
            printer.printRecords(rows);
        } catch (IOException e) {
            throw new UncheckedIOException("Writing to memory failed.", e);
        }
        return text.toString();
    }
}
