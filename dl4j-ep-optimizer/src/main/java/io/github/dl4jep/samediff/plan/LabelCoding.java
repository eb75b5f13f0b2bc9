package io.github.dl4jep.samediff.plan;

/**
 * What a loss makes of the labels that it is given, factor times the label plus offset: a hinge loss of SameDiff takes 0 and 1 for -1 and
 * +1, label smoothing pulls classes to their mean.
 *
 * @param factor factor
 * @param offset offset
 */
public record LabelCoding(double factor, double offset) {

    /** Labels as they are. */
    public static final LabelCoding NONE = new LabelCoding(1, 0);
    /** 0 and 1 for -1 and +1. */
    public static final LabelCoding SIGNS = new LabelCoding(2, -1);

    /** Probabilities of so many classes, of which a share is spread over all. */
    public static LabelCoding smoothing(double share, long classes) {
        return share == 0 ? NONE : new LabelCoding(1 - share, share / classes);
    }
}
