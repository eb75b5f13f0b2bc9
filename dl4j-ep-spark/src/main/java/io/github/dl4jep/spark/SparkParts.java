package io.github.dl4jep.spark;

import io.github.dl4jep.engine.BatchParts;
import io.github.dl4jep.message.BackwardMessage;
import io.github.dl4jep.message.BatchPart;
import io.github.dl4jep.vertex.Sites;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.broadcast.Broadcast;
import scala.Tuple2;

/** The parts of one joint batch at the workers, as the driver asks them: a job for each question. */
final class SparkParts implements BatchParts {

    /** What a task asks of the rows of its partition. */
    @FunctionalInterface
    interface Question extends Serializable {
        byte[] ask(int worker, PartRows rows) throws Exception;
    }

    /** From more workers than this on, tasks add up what neighbours say before the driver does. */
    private static final int MOST_SUMS = 8;

    private final JavaRDD<PartRows> data;
    private final StepTask task;
    private final BatchPart[] parts;
    private final Supplier<Broadcast<byte[]>> committed;
    private final EpTrainingStats stats;
    private double[] pullChanges = new double[0];

    /**
     * The parts of a batch.
     *
     * @param data what each worker has of each batch
     * @param task the step
     * @param parts which rows of the batch each worker has, null for none
     * @param committed sends the posterior after the step
     * @param stats how long jobs take
     */
    SparkParts(
            JavaRDD<PartRows> data,
            StepTask task,
            BatchPart[] parts,
            Supplier<Broadcast<byte[]>> committed,
            EpTrainingStats stats) {
        this.data = data;
        this.task = task;
        this.parts = parts;
        this.committed = committed;
        this.stats = stats;
    }

    /** Asks all workers that have rows; their answers in the order of the rows. */
    private <T> List<T> ask(String what, Question question, Wire.Reader<T> reader) {
        return read(stats.timed(what, () -> job(data, task.number(), question).collect()), reader);
    }

    private <T> List<T> read(List<Tuple2<Integer, byte[]>> replies, Wire.Reader<T> reader) {
        LongFunction<String> where = worker -> {
            BatchPart part = Objects.requireNonNull(parts[(int) worker]);
            return part.from() + " to " + (part.to() - 1) + " of batch " + (task.step() - 1);
        };
        return replies.stream()
                .map(reply -> Reply.read(reply._2(), reader, reply._1(), where))
                .toList();
    }

    /** Answers with the number of the worker, in their order. */
    private static JavaRDD<Tuple2<Integer, byte[]>> job(JavaRDD<PartRows> data, int number, Question question) {
        return data.mapPartitionsWithIndex((worker, batches) -> reply(worker, batches, number, question), true);
    }

    private static Iterator<Tuple2<Integer, byte[]>> reply(
            int worker, Iterator<PartRows> batches, int number, Question question) throws Exception {
        while (batches.hasNext()) {
            PartRows rows = batches.next();
            if (rows.number() == number) {
                return List.of(new Tuple2<>(worker, question.ask(worker, rows))).iterator();
            }
        }
        return Collections.emptyIterator();
    }

    /** Sums of so many neighbours, each formed by one task in the order of the workers, so that the driver has fewer to add. */
    private static JavaRDD<Tuple2<Integer, byte[]>> sums(JavaRDD<Tuple2<Integer, byte[]>> answers, int together) {
        return JavaPairRDD.fromJavaRDD(answers)
                .mapToPair(answer -> new Tuple2<>(answer._1() / together, answer))
                .groupByKey()
                .map(group -> sum(group._2()));
    }

    private static Tuple2<Integer, byte[]> sum(Iterable<Tuple2<Integer, byte[]>> group) {
        List<Tuple2<Integer, byte[]>> sorted = new ArrayList<>();
        group.forEach(sorted::add);
        sorted.sort(Comparator.comparing(Tuple2::_1));
        for (Tuple2<Integer, byte[]> answer : sorted) {
            if (Reply.isError(answer._2())) {
                return answer;
            }
        }
        StepWire.Answer sum = StepWire.Answer.sum(sorted.stream()
                .map(answer -> Reply.read(answer._2(), StepWire::answer, answer._1(), String::valueOf))
                .toList());
        return new Tuple2<>(sorted.get(0)._1(), Reply.of(out -> StepWire.write(out, sum)));
    }

    @Override
    public Forward forward(Sites pending) {
        if (pending != Sites.NONE) {
            throw new UnsupportedOperationException("a joint batch has one sweep");
        }
        StepTask asked = task;
        BatchPart any = BatchPart.whole(task.step(), examples(), task.inducing());
        List<Forward> forwards = ask(
                EpTrainingStats.FORWARD,
                (worker, rows) -> PartHost.forward(asked, worker, rows),
                in -> StepWire.forward(in, any.ofJoint()));
        return Forward.joined(forwards);
    }

    @Override
    public long examples() {
        for (BatchPart part : parts) {
            if (part != null) {
                return part.batch();
            }
        }
        throw new IllegalStateException("a batch without examples");
    }

    @Override
    public Sites answer(Map<Integer, BackwardMessage> messages) {
        StepTask asked = task;
        byte[] sent = StepWire.messages(messages);
        JavaRDD<Tuple2<Integer, byte[]>> answers =
                job(data, task.number(), (worker, rows) -> PartHost.answer(asked, worker, rows, sent));
        int together = parts.length > MOST_SUMS ? (int) Math.ceil(Math.sqrt(parts.length)) : 1;
        List<Tuple2<Integer, byte[]>> replies = new ArrayList<>(stats.timed(
                EpTrainingStats.ANSWER, () -> (together > 1 ? sums(answers, together) : answers).collect()));
        replies.sort(Comparator.comparing(Tuple2::_1));
        StepWire.Answer sum = StepWire.Answer.sum(read(replies, StepWire::answer));
        pullChanges = sum.pullChanges();
        return sum.sites();
    }

    @Override
    public double[] pullChanges() {
        return pullChanges.clone();
    }

    @Override
    public After after() {
        StepTask asked = task;
        Broadcast<byte[]> posterior = committed.get();
        return After.joined(ask(
                EpTrainingStats.CHECK,
                (worker, rows) -> PartHost.after(asked, worker, rows, posterior),
                StepWire::after));
    }
}
