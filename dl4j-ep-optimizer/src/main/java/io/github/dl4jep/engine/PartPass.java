package io.github.dl4jep.engine;

import io.github.dl4jep.array.HostMemory;
import io.github.dl4jep.array.ReusedWorkspace;
import io.github.dl4jep.array.Rows;
import io.github.dl4jep.likelihood.LearningPhase;
import io.github.dl4jep.message.BackwardMessage;
import io.github.dl4jep.message.BatchPart;
import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.message.InducingExamples;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.vertex.LikelihoodVertex;
import io.github.dl4jep.vertex.Sites;
import io.github.dl4jep.vertex.VertexGraph;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * One part of a joint batch on its way through the graph in this process; the whole batch is a part, too. What {@link BatchParts} says of all
 * examples is here about the own ones of the part. Between {@link #forward} and {@link #answer} the same workspace must be open.
 */
public final class PartPass implements BatchParts {

    /** How far a probe pulls, in passes of strength 1. */
    private static final double PROBE = 0.05;

    private static final String WORKSPACE = "WS_EP_WITHHELD";

    private final BatchLearning learning;
    private final BatchPart part;
    private final List<Moments> inputs;
    private final List<Labels> labels;
    private final LearningPhase phase;
    private final boolean checked;
    private final List<WithheldExamples> withheld = new ArrayList<>();
    /** What the weights of each checked output read, by output. */
    private final Map<Integer, List<Moments>> features = new HashMap<>();

    private VertexGraph.@Nullable Sweep sweep;
    /** Of each output, before anything is learned; null without withheld examples. */
    private List<@Nullable Moments> predictions = List.of();

    /**
     * A part.
     *
     * @param learning the graph
     * @param part which examples of the joint batch these are
     * @param inputs features of each input
     * @param labels labels of each output
     * @param phase where training stands
     * @param checked whether the step may be checked afterwards
     */
    PartPass(
            BatchLearning learning,
            BatchPart part,
            List<Moments> inputs,
            List<Labels> labels,
            LearningPhase phase,
            boolean checked) {
        this.learning = learning;
        this.part = part;
        this.inputs = inputs;
        this.phase = phase;
        this.checked = checked;
        this.labels = labels;
    }

    private void withhold() {
        List<Moments> own = ownInputs();
        for (int i = 0; i < labels.size(); i++) {
            Labels ofOutput = labels.get(i).own(part);
            double share = WithheldExamples.share(
                    likelihood(i).withheldShare(),
                    phase.batchesPerPass(),
                    part.isWhole() ? ofOutput.values().size(0) : part.batch());
            INDArray seen = likelihood(i).labelRows().seen(ofOutput.values(), ofOutput.mask());
            withheld.add(WithheldExamples.of(own, ofOutput, seen, share));
        }
    }

    private List<Moments> ownInputs() {
        return inputs.stream().map(part::own).toList();
    }

    private LikelihoodVertex likelihood(int output) {
        return learning.outputs().get(output).likelihood();
    }

    /** Copies whose squares are computed in the open workspace: those of an earlier sweep are gone. */
    static List<Moments> inOpenWorkspace(List<Moments> inputs) {
        return inputs.stream()
                .map(input -> new Moments(input.mean(), input.variance())
                        .shapedAs(input.shape())
                        .masked(input.mask()))
                .toList();
    }

    private static List<ForwardMessage> observed(List<Moments> inputs, InducingExamples inducing) {
        return inOpenWorkspace(inputs).stream()
                .map(input -> ForwardMessage.observed(input, inducing))
                .toList();
    }

    @Override
    public Forward forward(Sites pending) {
        boolean first = sweep == null;
        if (first) {
            withhold();
        }
        sweep = learning.graph().forward(observed(inputs, InducingExamples.of(part)), pending);
        Map<Integer, ForwardMessage> potentials = new HashMap<>();
        for (int slot : learning.observedSlots()) {
            potentials.put(slot, own(sweep.activation(slot), slot));
        }
        List<@Nullable Moments> ofWithheld = new ArrayList<>();
        for (int i = 0; i < labels.size(); i++) {
            if (checked && learning.checksSteps(i)) {
                features.put(i, featuresOf(i, sweep));
            }
            ofWithheld.add(first ? predicted(i) : null);
        }
        if (first) {
            predictions = ofWithheld;
        }
        return new Forward(potentials, withheld, ofWithheld);
    }

    private ForwardMessage own(ForwardMessage message, int slot) {
        if (part.elsewhere() && message.covariance().steps() != null) {
            throw notShared(
                    "Labels stand at every step of sequences, whose equations need the covariances of all pairs of an"
                            + " example and a step,",
                    slot,
                    "give a label to each sequence");
        }
        if (part.elsewhere() && learning.likelihoodAt(slot).rows().spatialRank() > 0) {
            throw notShared(
                    "Labels stand at positions, whose equations need what the last weights see at every position",
                    slot,
                    "give a label to each example");
        }
        if (!part.isWhole() && !part.equals(message.covariance().inducing().part())) {
            throw new UnsupportedOperationException("The graph puts the examples of a batch together in another way"
                    + ", and cannot learn from a batch that several workers share; train on one machine");
        }
        return message.own(part);
    }

    private UnsupportedOperationException notShared(String why, int slot, String remedy) {
        return new UnsupportedOperationException(
                why + " at " + learning.likelihoodAt(slot).describe()
                        + ", and cannot be learned from by several workers; train on one machine, or " + remedy);
    }

    private List<Moments> featuresOf(int output, VertexGraph.Sweep through) {
        return learning.readout(output).inputs().stream()
                .map(through::activation)
                .map(activation -> part.own(activation.moments()))
                .map(moments -> Moments.pointMass(HostMemory.detached(moments.mean()))
                        .shapedAs(moments.shape())
                        .masked(moments.mask()))
                .toList();
    }

    /** Withheld examples are predicted as any others, in memory of its own, so that a batch takes the same with and without them. */
    private @Nullable Moments predicted(int output) {
        WithheldExamples examples = withheld.get(output);
        if (examples.count() == 0) {
            return null;
        }
        try (MemoryWorkspace workspace = ReusedWorkspace.open(WORKSPACE)) {
            Moments potentials = potentialsOf(output, examples);
            INDArray variance = potentials.variance();
            return new Moments(
                            HostMemory.detached(potentials.mean()),
                            variance == null ? null : HostMemory.detached(variance))
                    .shapedAs(potentials.shape());
        }
    }

    private Moments potentialsOf(int output, WithheldExamples examples) {
        int node = learning.outputs().get(output).node();
        List<Moments> activations = learning.graph().predict(examples.of(ownInputs()), node + 1);
        return activations.get(activations.size() - 1);
    }

    @Override
    public Sites answer(Map<Integer, BackwardMessage> messages) {
        Map<Integer, BackwardMessage> toAll = new HashMap<>();
        messages.forEach((slot, message) -> toAll.put(slot, part.toAll(message)));
        return Objects.requireNonNull(sweep, "forward comes first")
                .answer(toAll)
                .sites();
    }

    /** By a small pull on all means that is taken back. Only while no other thread predicts. */
    @Override
    public double[] pullChanges() {
        WithheldExamples examples = withheld.get(0);
        if (!phase.probes() || examples.count() == 0 || !likelihood(0).learnsPull()) {
            return new double[0];
        }
        double[] before = scores(examples, Objects.requireNonNull(predictions.get(0), "forward comes first"));
        List<Runnable> undo = learning.graph().learners().values().stream()
                .map(learner -> learner.pulled(PROBE))
                .toList();
        double[] changes;
        try (MemoryWorkspace workspace = ReusedWorkspace.open(WORKSPACE)) {
            changes = scores(examples, potentialsOf(0, examples));
        } finally {
            undo.forEach(Runnable::run);
        }
        for (int n = 0; n < changes.length; n++) {
            changes[n] -= before[n];
        }
        return examples.labels().ofLabelled(changes);
    }

    private double[] scores(WithheldExamples examples, Moments potentials) {
        Labels ofThese = examples.labels();
        return Rows.flat(likelihood(0).negativeLogLikelihood(potentials, ofThese.values(), ofThese.mask()));
    }

    @Override
    public long examples() {
        return part.batch();
    }

    @Override
    public After after() {
        CheckedExamples examples = CheckedExamples.of(part, learning.check().isOfEveryStep());
        return examples.areAll() ? after(ownInputs(), features) : ofSome(examples);
    }

    /** Potentials of other examples are 0. */
    private After ofSome(CheckedExamples examples) {
        int[] own = examples.own();
        Map<Integer, List<Moments>> seen = new HashMap<>();
        features.forEach((output, arrays) -> seen.put(output, WithheldExamples.rowsOf(arrays, own)));
        After some = after(WithheldExamples.rowsOf(ownInputs(), own), seen);
        return new After(scattered(some.means(), examples), scattered(some.ofOldFeatures(), examples));
    }

    private static Map<Integer, INDArray> scattered(Map<Integer, INDArray> rows, CheckedExamples examples) {
        Map<Integer, INDArray> all = new HashMap<>();
        rows.forEach((output, of) -> all.put(output, examples.scattered(of)));
        return all;
    }

    private After after(List<Moments> own, Map<Integer, List<Moments>> seen) {
        InducingExamples unasked = InducingExamples.unasked(own.get(0).mean().size(0));
        VertexGraph.Sweep second = learning.graph().forward(observed(own, unasked), Sites.NONE);
        Map<Integer, INDArray> means = new HashMap<>();
        Map<Integer, INDArray> ofOldFeatures = new HashMap<>();
        seen.forEach((output, arrays) -> {
            means.put(
                    output, second.activation(learning.slotOf(output)).moments().mean());
            ofOldFeatures.put(
                    output,
                    learning.readout(output)
                            .potentials(observed(arrays, unasked))
                            .moments()
                            .mean());
        });
        return new After(means, ofOldFeatures);
    }
}
