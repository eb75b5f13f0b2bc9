package io.github.dl4jep.engine;

import io.github.dl4jep.array.Rows;
import io.github.dl4jep.learned.TrustRegion;
import io.github.dl4jep.message.BatchPart;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The examples that a step is checked with: all of the batch, or, where every step is checked, some that say whether it is lost. What others
 * do in the step counts as nothing, in what is expected as in what is reached.
 *
 * @param part of the joint batch
 * @param share one of so many is checked
 */
record CheckedExamples(BatchPart part, int share) {

    /** Those of a part; all of them where not every step is checked. */
    static CheckedExamples of(BatchPart part, boolean ofEveryStep) {
        return new CheckedExamples(part, ofEveryStep ? TrustRegion.shareChecked(part.batch()) : 1);
    }

    boolean areAll() {
        return share == 1;
    }

    /** Their numbers among the own examples of the part. A part without any computes its first, which does not count. */
    int[] own() {
        int[] own = part.everyNth(share);
        return own.length == 0 ? new int[] {0} : own;
    }

    /** Rows of these examples, [checked, columns], among zeros for all own examples of the part. */
    INDArray scattered(INDArray rows) {
        int[] own = own();
        int examples = part.ownCount();
        int columns = rows.columns();
        double[] from = Rows.columns(rows);
        double[] to = new double[examples * columns];
        for (int column = 0; column < columns; column++) {
            for (int i = 0; i < own.length; i++) {
                to[column * examples + own[i]] = from[column * own.length + i];
            }
        }
        return Rows.matrix(to, examples, columns, rows.dataType());
    }

    /** Potentials of which only these examples have moved, [own examples, columns]. */
    INDArray moved(INDArray after, INDArray before) {
        if (areAll()) {
            return after;
        }
        int examples = part.ownCount();
        double[] to = Rows.columns(before);
        double[] from = Rows.columns(after);
        for (int n : own()) {
            for (int i = n; i < to.length; i += examples) {
                to[i] = from[i];
            }
        }
        return Rows.matrix(to, examples, before.columns(), before.dataType());
    }
}
