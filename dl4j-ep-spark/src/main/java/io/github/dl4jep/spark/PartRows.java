package io.github.dl4jep.spark;

import io.github.dl4jep.message.BatchPart;
import java.io.Serializable;

/** The rows that one worker has of one joint batch: its own, and the inducing examples of the others. A class, as Kryo cannot read records. */
final class PartRows implements Serializable {

    private static final long serialVersionUID = 1L;

    /** Number of the batch in the pass, from 0. */
    private final int number;
    /** Number of examples of the batch. */
    private final long batch;
    /** First own example. */
    private final long from;
    /** Own example after the last. */
    private final long to;
    /** The rows, in the order of the batch. */
    private final byte[] rows;

    PartRows(int number, BatchPart part, byte[] rows) {
        this.number = number;
        this.batch = part.batch();
        this.from = part.from();
        this.to = part.to();
        this.rows = rows;
    }

    int number() {
        return number;
    }

    /** Which rows these are, in the step with a number from 1. */
    BatchPart part(long step, int inducing) {
        return new BatchPart(step, batch, inducing, from, to);
    }

    byte[] rows() {
        return rows;
    }
}
