package io.github.dl4jep.samediff.reader;

import java.util.List;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.jspecify.annotations.Nullable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.TrainingConfig;

/**
 * Where a graph begins and ends.
 *
 * @param features placeholders of features, in the order of the data set
 * @param labels placeholders of labels, in the order of the data set
 * @param losses loss variables
 */
record GraphRoots(List<String> features, List<String> labels, List<String> losses) {

    /**
     * Reads the training configuration.
     *
     * @param sd the graph
     * @return what it names
     * @throws DL4JInvalidConfigException if there is no configuration, or something is missing in it
     */
    static GraphRoots of(SameDiff sd) {
        TrainingConfig config = sd.getTrainingConfig();
        if (config == null) {
            throw new DL4JInvalidConfigException("The SameDiff graph has no TrainingConfig; EP needs its mappings of"
                    + " features and labels, and a loss. Write, for example:" + TrainingLines.all(sd));
        }
        GraphRoots roots = new GraphRoots(
                orEmpty(config.getDataSetFeatureMapping()),
                orEmpty(config.getDataSetLabelMapping()),
                losses(sd, config));
        if (roots.losses.isEmpty()) {
            throw new DL4JInvalidConfigException(
                    "The SameDiff graph has no loss variable; name one by setLossVariables, or create it, for example:"
                            + TrainingLines.loss(sd));
        }
        for (String loss : roots.losses) {
            if (!sd.hasVariable(loss)) {
                throw new DL4JInvalidConfigException(
                        "The loss variable \"" + loss + "\" does not exist in the SameDiff graph");
            }
        }
        roots.requireMapping(sd, "feature", roots.features);
        roots.requireMapping(sd, "label", roots.labels);
        if (!config.isMinimize()) {
            throw new DL4JInvalidConfigException("TrainingConfig maximizes the loss variables " + roots.losses
                    + "; EP reads a loss as a negative log likelihood, so set minimize(true)");
        }
        return roots;
    }

    private static List<String> losses(SameDiff sd, TrainingConfig config) {
        List<String> marked = orEmpty(sd.getLossVariables());
        return marked.isEmpty() ? orEmpty(config.getLossVariables()) : marked;
    }

    private void requireMapping(SameDiff sd, String what, List<String> names) {
        if (names.isEmpty()) {
            throw new DL4JInvalidConfigException(
                    "TrainingConfig maps no " + what + "s of a data set to placeholders; set" + " dataSet"
                            + (what.equals("feature") ? "Feature" : "Label") + "Mapping");
        }
        for (String name : names) {
            if (!sd.hasVariable(name) || !sd.getVariable(name).isPlaceHolder()) {
                throw new DL4JInvalidConfigException("TrainingConfig maps " + what + "s of a data set to \"" + name
                        + "\", which is no placeholder of the SameDiff graph");
            }
        }
    }

    private static List<String> orEmpty(@Nullable List<String> names) {
        return names == null ? List.of() : List.copyOf(names);
    }
}
