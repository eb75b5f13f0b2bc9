package io.github.dl4jep.spark;

import io.github.dl4jep.message.BatchPart;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import org.apache.spark.Partitioner;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.storage.StorageLevel;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.indexing.INDArrayIndex;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.indexing.SpecifiedIndex;
import scala.Tuple2;

/**
 * The joint batches of a pass, each cut into parts of equal size, one for each worker. Examples stand in the order of the RDD, as in an
 * iterator over all that it holds, however it is partitioned: so batches do not depend on the number of workers or on which partition is ready
 * first. Every part also has the inducing examples of its batch.
 *
 * @param parts partition w has what worker w has of each batch, in their order; batches smaller than the number of workers leave some out
 * @param count number of batches
 * @param size examples of a batch; the last may have fewer
 * @param examples of all batches together
 */
record JointBatches(JavaRDD<PartRows> parts, int count, int size, long examples) {

    /** How batches are cut. */
    record Cut(int size, int workers, int inducing) implements Serializable {

        /** The parts of a batch, null for those that are empty. */
        @Nullable
        BatchPart[] parts(long examples) {
            @Nullable BatchPart[] parts = new BatchPart[workers];
            for (int w = 0; w < workers; w++) {
                long from = examples * w / workers;
                long to = examples * (w + 1) / workers;
                parts[w] = to > from ? new BatchPart(1, examples, inducing, from, to) : null;
            }
            return parts;
        }
    }

    /** Where a piece belongs: worker, batch, and first row in the pass. */
    static final class Place implements Serializable, Comparable<Place> {

        private static final long serialVersionUID = 1L;

        /** Number of the worker. */
        private final int worker;
        /** Number of the batch. */
        private final int batch;
        /** First row of the piece in the pass. */
        private final long row;

        Place(int worker, int batch, long row) {
            this.worker = worker;
            this.batch = batch;
            this.row = row;
        }

        @Override
        public int compareTo(Place other) {
            return Comparator.<Place>comparingInt(place -> place.batch)
                    .thenComparingLong(place -> place.row)
                    .compare(this, other);
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Place that && worker == that.worker && batch == that.batch && row == that.row;
        }

        @Override
        public int hashCode() {
            return Objects.hash(worker, batch, row);
        }
    }

    /** Sends each piece to the partition of its worker. */
    private static final class ByWorker extends Partitioner {

        private static final long serialVersionUID = 1L;

        /** Number of workers. */
        private final int workers;

        ByWorker(int workers) {
            this.workers = workers;
        }

        @Override
        public int numPartitions() {
            return workers;
        }

        @Override
        public int getPartition(Object key) {
            return ((Place) key).worker;
        }
    }

    /**
     * Cuts data into joint batches.
     *
     * @param data sets of any size; some partitions may be empty
     * @param cut how
     * @param level where the parts are kept
     * @return the batches
     * @throws DL4JInvalidInputException if there is no example
     */
    static JointBatches of(JavaRDD<MultiDataSet> data, Cut cut, StorageLevel level) {
        List<Long> counts = data.mapPartitions(sets -> {
                    long rows = 0;
                    while (sets.hasNext()) {
                        rows += sets.next().getFeatures(0).size(0);
                    }
                    return List.of(rows).iterator();
                })
                .collect();
        long[] starts = new long[counts.size() + 1];
        for (int p = 0; p < counts.size(); p++) {
            starts[p + 1] = starts[p] + counts.get(p);
        }
        long examples = starts[counts.size()];
        if (examples == 0) {
            throw new DL4JInvalidInputException("The RDD has no example in its " + counts.size()
                    + " partition(s); allowed is one or more. The posterior is unchanged; check its source");
        }
        JavaRDD<Tuple2<Place, byte[]>> pieces = data.mapPartitionsWithIndex(
                (p, sets) -> new Pieces(sets, p, starts[p], starts[p + 1], examples, cut), false);
        JavaRDD<PartRows> parts = JavaPairRDD.fromJavaRDD(pieces)
                .repartitionAndSortWithinPartitions(new ByWorker(cut.workers()))
                .mapPartitionsWithIndex((worker, sorted) -> new Merged(worker, sorted, examples, cut), true)
                .persist(level);
        int count = Math.toIntExact((examples + cut.size() - 1) / cut.size());
        return new JointBatches(parts, count, cut.size(), examples);
    }

    private static long sizeOf(int batch, long examples, Cut cut) {
        return Math.min(cut.size(), examples - (long) batch * cut.size());
    }

    /** Cuts the sets of a partition. */
    private static final class Pieces implements Iterator<Tuple2<Place, byte[]>> {

        private final Iterator<MultiDataSet> sets;
        private final int partition;
        private final long end;
        private final long examples;
        private final Cut cut;
        private final List<Tuple2<Place, byte[]>> ready = new ArrayList<>();
        private long row;
        private int batch = -1;
        /** Rows of each worker in the present batch, by their number there. */
        private long[][] rows = new long[0][];

        Pieces(Iterator<MultiDataSet> sets, int partition, long start, long end, long examples, Cut cut) {
            this.sets = sets;
            this.partition = partition;
            this.row = start;
            this.end = end;
            this.examples = examples;
            this.cut = cut;
        }

        @Override
        public boolean hasNext() {
            while (ready.isEmpty() && sets.hasNext()) {
                MultiDataSet set = sets.next();
                long next = row + set.getFeatures(0).size(0);
                for (int k = (int) (row / cut.size()); (long) k * cut.size() < next && next <= end; k++) {
                    cut(set, k, next);
                }
                row = next;
            }
            if (ready.isEmpty() && row != end) {
                throw new DL4JInvalidInputException("Partition " + partition + " gave " + row
                        + " rows, but " + end + " when they were counted"
                        + "; the RDD must give the same each time: cache it, or make it with a fixed seed");
            }
            return !ready.isEmpty();
        }

        private void cut(MultiDataSet set, int number, long next) {
            if (number != batch) {
                batch = number;
                rows = Arrays.stream(cut.parts(sizeOf(number, examples, cut)))
                        .map(part -> part == null ? new long[0] : part.rows())
                        .toArray(long[][]::new);
            }
            long first = (long) number * cut.size();
            for (int w = 0; w < rows.length; w++) {
                long start = row;
                long[] inside = Arrays.stream(rows[w])
                        .map(each -> each + first)
                        .filter(each -> each >= start && each < next)
                        .toArray();
                if (inside.length > 0) {
                    long[] local =
                            Arrays.stream(inside).map(each -> each - start).toArray();
                    ready.add(new Tuple2<>(new Place(w, number, inside[0]), Wire.bytes(rowsOf(set, local))));
                }
            }
        }

        @Override
        public Tuple2<Place, byte[]> next() {
            if (!hasNext()) {
                throw new java.util.NoSuchElementException();
            }
            return ready.remove(0);
        }
    }

    /** Some rows of a data set. */
    static MultiDataSet rowsOf(MultiDataSet data, long[] rows) {
        if (rows.length == data.getFeatures(0).size(0)) {
            return data;
        }
        return new org.nd4j.linalg.dataset.MultiDataSet(
                rowsOf(data.getFeatures(), rows),
                rowsOf(data.getLabels(), rows),
                rowsOf(data.getFeaturesMaskArrays(), rows),
                rowsOf(data.getLabelsMaskArrays(), rows));
    }

    private static @Nullable INDArray @Nullable [] rowsOf(@Nullable INDArray @Nullable [] arrays, long[] rows) {
        if (arrays == null) {
            return null;
        }
        @Nullable INDArray[] some = new INDArray[arrays.length];
        for (int i = 0; i < arrays.length; i++) {
            INDArray array = arrays[i];
            if (array != null) {
                INDArrayIndex[] indices = NDArrayIndex.allFor(array);
                boolean together = rows[rows.length - 1] - rows[0] == rows.length - 1;
                indices[0] =
                        together ? NDArrayIndex.interval(rows[0], rows[0] + rows.length) : new SpecifiedIndex(rows);
                // ND4J 1.0.0-M2.1 gives an empty array for an interval of a view with an offset.
                some[i] = (array.isView() ? array.dup() : array).get(indices);
            }
        }
        return some;
    }

    /** Puts the pieces of each batch together. */
    private static final class Merged implements Iterator<PartRows> {

        private final int worker;
        private final Iterator<Tuple2<Place, byte[]>> pieces;
        private final long examples;
        private final Cut cut;
        private @Nullable Tuple2<Place, byte[]> next;

        Merged(int worker, Iterator<Tuple2<Place, byte[]>> pieces, long examples, Cut cut) {
            this.worker = worker;
            this.pieces = pieces;
            this.examples = examples;
            this.cut = cut;
            this.next = advance();
        }

        private @Nullable Tuple2<Place, byte[]> advance() {
            return pieces.hasNext() ? pieces.next() : null;
        }

        @Override
        public boolean hasNext() {
            return next != null;
        }

        @Override
        public PartRows next() {
            Tuple2<Place, byte[]> first = next;
            if (first == null) {
                throw new java.util.NoSuchElementException();
            }
            List<MultiDataSet> sets = new ArrayList<>();
            int number = first._1().batch;
            for (Tuple2<Place, byte[]> piece = first; piece != null && piece._1().batch == number; piece = next) {
                sets.add(Wire.dataSet(piece._2()));
                next = advance();
            }
            BatchPart part = Objects.requireNonNull(cut.parts(sizeOf(number, examples, cut))[worker]);
            byte[] rows = sets.size() == 1 ? first._2() : Wire.bytes(org.nd4j.linalg.dataset.MultiDataSet.merge(sets));
            return new PartRows(number, part, rows);
        }
    }
}
