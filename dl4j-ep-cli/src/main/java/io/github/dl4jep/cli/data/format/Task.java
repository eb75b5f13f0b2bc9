package io.github.dl4jep.cli.data.format;

/** What a network is to predict: one of several classes, or a number. */
public enum Task {
    /** The label is one of several classes; labels are one-hot rows. */
    CLASSIFICATION,
    /** The label is one number. */
    REGRESSION
}
