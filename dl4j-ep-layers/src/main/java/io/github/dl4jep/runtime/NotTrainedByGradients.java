package io.github.dl4jep.runtime;

/** The one error of every EP layer that DL4J's back-propagation reaches. */
final class NotTrainedByGradients {

    private NotTrainedByGradients() {}

    static UnsupportedOperationException at(String where) {
        return new UnsupportedOperationException("An EP layer has no gradient, at " + where
                + ": this network was restored or copied as a plain DL4J network. Load it with"
                + " EpNetworks.load(file), or copy it with the EP network's own clone(), to go on training it."
                + " ParallelWrapper and the training masters of DL4J copy networks so, too: train with fit(...) on one machine,"
                + " or on Spark with EpTrainingMaster of dl4j-ep-spark");
    }

    static String describe(@org.jspecify.annotations.Nullable String name, int index) {
        return "layer \"" + (name == null ? "" : name) + "\" (index " + index + ")";
    }
}
