package io.github.dl4jep.spark;

import io.github.dl4jep.engine.BatchParts;
import io.github.dl4jep.message.BackwardMessage;
import io.github.dl4jep.message.BatchPart;
import io.github.dl4jep.vertex.Sites;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.broadcast.Broadcast;

/** The parts of one joint batch at the workers, as the driver asks them: a job for each question. */
final class SparkParts implements BatchParts {

    /** What a task asks of the rows of its partition. */
    @FunctionalInterface
    interface Question extends Serializable {
        byte[] ask(int worker, PartRows rows) throws Exception;
    }

    private final JavaRDD<PartRows> data;
    private final StepTask task;
    private final BatchPart[] parts;
    private final Supplier<Broadcast<byte[]>> committed;
    private final EpTrainingStats stats;
    private final List<Double> pullChanges = new ArrayList<>();

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
        List<byte[]> replies = stats.timed(what, () -> job(data, task.number(), question));
        List<T> answers = new ArrayList<>();
        int next = 0;
        LongFunction<String> where = worker -> {
            BatchPart part = Objects.requireNonNull(parts[(int) worker]);
            return part.from() + " to " + (part.to() - 1) + " of batch " + (task.step() - 1);
        };
        for (int worker = 0; worker < parts.length; worker++) {
            if (parts[worker] != null) {
                byte[] reply = replies.get(next++);
                answers.add(Reply.read(reply, reader, worker, where));
            }
        }
        return answers;
    }

    private static List<byte[]> job(JavaRDD<PartRows> data, int number, Question question) {
        return data.mapPartitionsWithIndex((worker, batches) -> reply(worker, batches, number, question), true)
                .collect();
    }

    private static Iterator<byte[]> reply(int worker, Iterator<PartRows> batches, int number, Question question)
            throws Exception {
        while (batches.hasNext()) {
            PartRows rows = batches.next();
            if (rows.number() == number) {
                return List.of(question.ask(worker, rows)).iterator();
            }
        }
        return Collections.emptyIterator();
    }

    @Override
    public Forward forward(Sites pending) {
        if (pending != Sites.NONE) {
            throw new UnsupportedOperationException("a joint batch has one sweep");
        }
        StepTask asked = task;
        BatchPart any = BatchPart.whole(task.step(), batch(), task.inducing());
        List<Forward> forwards = ask(
                EpTrainingStats.FORWARD,
                (worker, rows) -> PartHost.forward(asked, worker, rows),
                in -> StepWire.forward(in, any.ofJoint()));
        return Forward.joined(forwards);
    }

    private long batch() {
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
        List<StepWire.Answer> answers = ask(
                EpTrainingStats.ANSWER, (worker, rows) -> PartHost.answer(asked, worker, rows, sent), StepWire::answer);
        Sites sum = Sites.NONE;
        pullChanges.clear();
        for (StepWire.Answer answer : answers) {
            sum = sum.plus(answer.sites());
            pullChanges.addAll(answer.pullChanges());
        }
        return sum;
    }

    @Override
    public double[] pullChanges() {
        return pullChanges.stream().mapToDouble(Double::doubleValue).toArray();
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
