package io.github.dl4jep.spark;

import io.github.dl4jep.engine.BatchParts;
import io.github.dl4jep.engine.MessageGraph;
import io.github.dl4jep.engine.PartPass;
import io.github.dl4jep.message.BackwardMessage;
import io.github.dl4jep.message.BatchPart;
import io.github.dl4jep.network.EpNetwork;
import io.github.dl4jep.network.JointTraining;
import io.github.dl4jep.vertex.Sites;
import java.io.DataOutputStream;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.spark.broadcast.Broadcast;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;

/**
 * Where one part of the joint batches of a training is computed in an executor: a replica of the network, and the way of the present batch
 * through it from one task to the next. It has a thread, because the memory of a batch belongs to a thread and Spark's tasks change theirs. What
 * a task does not find here, as after the loss of an executor, is computed again from the posterior of the step.
 */
final class PartHost {

    /** A host that nobody asks for so long is given up. */
    private static final long IDLE_MINUTES = 10;

    private static final ConcurrentMap<String, PartHost> HOSTS = new ConcurrentHashMap<>();

    private final String key;
    private final ScheduledThreadPoolExecutor thread;
    private @Nullable Future<?> retirement;

    private @Nullable EpNetwork replica;
    /** Which posterior the replica has. */
    private @Nullable Object posterior;
    /** Which step the pass is of. */
    private long step;

    private @Nullable PartPass pass;
    /** Open while the pass waits for messages. */
    private @Nullable MemoryWorkspace memory;

    private PartHost(String key) {
        this.key = key;
        this.thread = new ScheduledThreadPoolExecutor(1, work -> {
            Thread daemon = new Thread(work, "ep-" + key);
            daemon.setDaemon(true);
            return daemon;
        });
        thread.setRemoveOnCancelPolicy(true);
    }

    /** What arrives at the likelihoods, or an error, as a {@link Reply}. */
    static byte[] forward(StepTask task, int worker, PartRows rows) throws InterruptedException, ExecutionException {
        PartHost host = of(task, worker);
        return host.ask(() -> {
            BatchParts.Forward forward = host.forward(task, rows);
            return out -> StepWire.write(out, forward);
        });
    }

    /** Sites of the part for joint messages, as a {@link Reply}. */
    static byte[] answer(StepTask task, int worker, PartRows rows, byte[] messages)
            throws InterruptedException, ExecutionException {
        PartHost host = of(task, worker);
        return host.ask(() -> host.answer(task, rows, messages));
    }

    /** Potentials after the step, as a {@link Reply}. */
    static byte[] after(StepTask task, int worker, PartRows rows, Broadcast<byte[]> committed)
            throws InterruptedException, ExecutionException {
        PartHost host = of(task, worker);
        return host.ask(() -> host.after(task, rows, committed));
    }

    /** Gives up all hosts of a training in this executor. */
    static void close(String run) {
        HOSTS.values().stream().filter(host -> host.key.startsWith(run + "-")).forEach(PartHost::retire);
    }

    private static PartHost of(StepTask task, int worker) {
        return HOSTS.computeIfAbsent(task.run() + "-" + worker, PartHost::new);
    }

    private void retire() {
        HOSTS.remove(key, this);
        thread.shutdown();
    }

    private synchronized Future<byte[]> submit(Callable<byte[]> work) {
        if (retirement != null) {
            retirement.cancel(false);
        }
        Future<byte[]> result = thread.submit(work);
        retirement = thread.schedule(this::retire, IDLE_MINUTES, TimeUnit.MINUTES);
        return result;
    }

    /** An exception is an answer, too: the same task would fail again wherever Spark tried it. */
    private byte[] ask(Callable<Wire.Writer> question) throws InterruptedException, ExecutionException {
        return submit(() -> {
                    try {
                        Wire.Writer answer = question.call();
                        return Reply.of(answer);
                    } catch (RuntimeException e) {
                        end();
                        return Reply.of(e);
                    }
                })
                .get();
    }

    private void end() {
        pass = null;
        if (memory != null) {
            memory.close();
            memory = null;
        }
    }

    /** The network with the posterior of a broadcast. */
    private EpNetwork network(StepTask task, Broadcast<byte[]> wanted) {
        EpNetwork present = replica;
        if (present == null) {
            present = task.definition().value().network(wanted.value());
        } else if (!Objects.equals(posterior, wanted.id())) {
            INDArray parameters = Wire.read(wanted.value(), in -> Wire.array(in));
            present.params().assign(parameters);
        }
        replica = present;
        posterior = wanted.id();
        return present;
    }

    private BatchParts.Forward forward(StepTask task, PartRows rows) {
        end();
        EpNetwork network = network(task, task.posterior());
        BatchPart part = rows.part(task.step(), task.inducing());
        MultiDataSet data = Wire.dataSet(rows.rows());
        PartPass started = JointTraining.of(network).part(part, data, task.phase());
        memory = MessageGraph.openWorkspace();
        BatchParts.Forward forward = started.forward(Sites.NONE);
        pass = started;
        step = task.step();
        return forward;
    }

    private Wire.Writer answer(StepTask task, PartRows rows, byte[] messages) {
        if (pass == null || memory == null || step != task.step()) {
            forward(task, rows);
        }
        PartPass asked = Objects.requireNonNull(pass);
        BatchPart part = rows.part(task.step(), task.inducing());
        double[] changes = asked.pullChanges();
        Map<Integer, BackwardMessage> own = new HashMap<>();
        StepWire.messages(messages).forEach((slot, message) -> own.put(slot, part.ofJoint(message)));
        StepWire.Answer answer = new StepWire.Answer(asked.answer(own), changes);
        byte[] written = Wire.bytes(out -> StepWire.write(out, answer));
        Objects.requireNonNull(memory).close();
        memory = null;
        return out -> out.write(written);
    }

    private Wire.Writer after(StepTask task, PartRows rows, Broadcast<byte[]> committed) {
        if (pass == null || step != task.step()) {
            forward(task, rows);
        }
        PartPass asked = Objects.requireNonNull(pass);
        if (memory != null) {
            memory.close();
            memory = null;
        }
        network(task, committed);
        try (MemoryWorkspace again = MessageGraph.openWorkspace()) {
            BatchParts.After after = asked.after();
            byte[] written = Wire.bytes((DataOutputStream out) -> StepWire.write(out, after));
            return out -> out.write(written);
        } finally {
            pass = null;
        }
    }
}
