package io.github.dl4jep.spark;

import io.github.dl4jep.engine.BatchParts;
import io.github.dl4jep.engine.Labels;
import io.github.dl4jep.engine.WithheldExamples;
import io.github.dl4jep.learned.Statistic;
import io.github.dl4jep.message.BackwardMessage;
import io.github.dl4jep.message.BatchCovariance;
import io.github.dl4jep.message.ExampleCovariance;
import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.message.InducingExamples;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.vertex.ParameterKey;
import io.github.dl4jep.vertex.Sites;
import io.github.dl4jep.weight.WeightSite;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What a joint step sends between driver and workers, as bytes. */
final class StepWire {

    private StepWire() {}

    static void write(DataOutputStream out, BatchParts.Forward forward) throws IOException {
        out.writeInt(forward.potentials().size());
        for (Map.Entry<Integer, ForwardMessage> potentials :
                forward.potentials().entrySet()) {
            out.writeInt(potentials.getKey());
            write(out, potentials.getValue());
        }
        out.writeInt(forward.withheld().size());
        for (int i = 0; i < forward.withheld().size(); i++) {
            write(out, forward.withheld().get(i));
            Moments predictions = forward.predictions().get(i);
            out.writeBoolean(predictions != null);
            if (predictions != null) {
                Wire.write(out, predictions);
            }
        }
    }

    /** Inducing: those of the joint batch. */
    static BatchParts.Forward forward(DataInputStream in, InducingExamples inducing) throws IOException {
        Map<Integer, ForwardMessage> potentials = new HashMap<>();
        int slots = in.readInt();
        for (int i = 0; i < slots; i++) {
            potentials.put(in.readInt(), message(in, inducing));
        }
        List<WithheldExamples> withheld = new ArrayList<>();
        List<@Nullable Moments> predictions = new ArrayList<>();
        int outputs = in.readInt();
        for (int i = 0; i < outputs; i++) {
            withheld.add(withheld(in));
            predictions.add(in.readBoolean() ? Wire.moments(in) : null);
        }
        return new BatchParts.Forward(potentials, withheld, predictions);
    }

    private static void write(DataOutputStream out, ForwardMessage message) throws IOException {
        Wire.write(out, message.moments());
        BatchCovariance covariance = message.covariance();
        ExampleCovariance examples = covariance.examples();
        out.writeBoolean(!examples.isNone());
        if (!examples.isNone()) {
            Wire.write(out, Objects.requireNonNull(examples.columns()));
            Wire.writeOptional(out, examples.inducing().areAll() ? null : examples.variances());
            Wire.writeOptional(out, covariance.gain());
        }
    }

    private static ForwardMessage message(DataInputStream in, InducingExamples inducing) throws IOException {
        Moments moments = Wire.moments(in);
        if (!in.readBoolean()) {
            return ForwardMessage.observed(moments, inducing);
        }
        INDArray columns = Wire.array(in);
        INDArray variances = Wire.optional(in);
        double[] diagonal =
                variances == null ? new double[0] : variances.ravel().toDoubleVector();
        return new ForwardMessage(
                moments,
                new BatchCovariance(ExampleCovariance.of(inducing, columns, diagonal), Wire.optional(in), null));
    }

    private static void write(DataOutputStream out, WithheldExamples withheld) throws IOException {
        Wire.write(out, withheld.all().values());
        Wire.writeOptional(out, withheld.all().mask());
        boolean[] flags = withheld.flags();
        out.writeInt(flags == null ? -1 : flags.length);
        if (flags != null) {
            for (boolean flag : flags) {
                out.writeBoolean(flag);
            }
        }
    }

    /** Detached, as what a step is compared with is needed after the memory of the batch. */
    private static WithheldExamples withheld(DataInputStream in) throws IOException {
        INDArray values = Wire.array(in).detach();
        INDArray mask = Wire.optional(in);
        Labels labels = new Labels(values, mask == null ? null : mask.detach());
        int count = in.readInt();
        if (count < 0) {
            return new WithheldExamples(labels, null);
        }
        boolean[] flags = new boolean[count];
        for (int n = 0; n < count; n++) {
            flags[n] = in.readBoolean();
        }
        return new WithheldExamples(labels, flags);
    }

    static byte[] messages(Map<Integer, BackwardMessage> messages) {
        return Wire.bytes(out -> {
            out.writeInt(messages.size());
            for (Map.Entry<Integer, BackwardMessage> message : messages.entrySet()) {
                out.writeInt(message.getKey());
                Wire.write(out, message.getValue().shift());
                Wire.write(out, message.getValue().curvature());
            }
        });
    }

    static Map<Integer, BackwardMessage> messages(byte[] bytes) {
        return Wire.read(bytes, in -> {
            Map<Integer, BackwardMessage> messages = new HashMap<>();
            int count = in.readInt();
            for (int i = 0; i < count; i++) {
                messages.put(in.readInt(), new BackwardMessage(Wire.array(in), Wire.array(in)));
            }
            return messages;
        });
    }

    /** What parts say, and the changes that a pull makes to their withheld examples. */
    static final class Answer {

        private final Sites sites;
        private final double[] pullChanges;

        Answer(Sites sites, double[] pullChanges) {
            this.sites = sites;
            this.pullChanges = pullChanges;
        }

        /** What several say together, added in their order. */
        static Answer sum(List<Answer> answers) {
            Sites sites = Sites.NONE;
            for (Answer answer : answers) {
                sites = sites.plus(answer.sites);
            }
            return new Answer(
                    sites,
                    answers.stream()
                            .flatMapToDouble(answer -> Arrays.stream(answer.pullChanges))
                            .toArray());
        }

        Sites sites() {
            return sites;
        }

        double[] pullChanges() {
            return pullChanges;
        }
    }

    static void write(DataOutputStream out, Answer answer) throws IOException {
        Sites sites = answer.sites;
        out.writeInt(sites.keys().size());
        for (ParameterKey key : sites.keys()) {
            out.writeUTF(key.place());
            out.writeUTF(key.name());
            WeightSite site = sites.site(key);
            out.writeBoolean(site != null);
            if (site != null) {
                Wire.write(out, site.shift());
                Wire.writeOptional(out, site.precision());
            } else {
                Statistic statistic = Objects.requireNonNull(sites.statistic(key));
                write(out, statistic.sum());
                write(out, statistic.count());
            }
        }
        write(out, answer.pullChanges);
    }

    private static void write(DataOutputStream out, double[] numbers) throws IOException {
        out.writeInt(numbers.length);
        for (double number : numbers) {
            out.writeDouble(number);
        }
    }

    private static double[] numbers(DataInputStream in) throws IOException {
        double[] numbers = new double[in.readInt()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = in.readDouble();
        }
        return numbers;
    }

    static Answer answer(DataInputStream in) throws IOException {
        Sites sites = Sites.NONE;
        int keys = in.readInt();
        for (int i = 0; i < keys; i++) {
            ParameterKey key = new ParameterKey(in.readUTF(), in.readUTF());
            sites = sites.plus(
                    in.readBoolean()
                            ? Sites.of(key, new WeightSite(Wire.array(in), Wire.optional(in)))
                            : Sites.of(key, Statistic.of(numbers(in), numbers(in))));
        }
        return new Answer(sites, numbers(in));
    }

    static void write(DataOutputStream out, BatchParts.After after) throws IOException {
        out.writeInt(after.means().size());
        for (Map.Entry<Integer, INDArray> output : after.means().entrySet()) {
            out.writeInt(output.getKey());
            Wire.write(out, output.getValue());
            Wire.write(out, Objects.requireNonNull(after.ofOldFeatures().get(output.getKey())));
        }
    }

    static BatchParts.After after(DataInputStream in) throws IOException {
        Map<Integer, INDArray> means = new HashMap<>();
        Map<Integer, INDArray> ofOldFeatures = new HashMap<>();
        int outputs = in.readInt();
        for (int i = 0; i < outputs; i++) {
            int output = in.readInt();
            means.put(output, Wire.array(in));
            ofOldFeatures.put(output, Wire.array(in));
        }
        return new BatchParts.After(means, ofOldFeatures);
    }
}
