package io.github.dl4jep.network;

import io.github.dl4jep.engine.BatchParts;
import io.github.dl4jep.engine.PartPass;
import io.github.dl4jep.likelihood.LearningPhase;
import io.github.dl4jep.message.BackwardMessage;
import io.github.dl4jep.message.BatchPart;
import io.github.dl4jep.vertex.Sites;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.indexing.INDArrayIndex;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.indexing.SpecifiedIndex;

/** Parts of a batch in one process, each with the same network. */
record JointParts(List<BatchPart> parts, List<PartPass> passes) implements BatchParts {

    @Override
    public Forward forward(Sites pending) {
        return Forward.joined(passes.stream().map(pass -> pass.forward(pending)).toList());
    }

    @Override
    public Sites answer(Map<Integer, BackwardMessage> messages) {
        Sites sum = Sites.NONE;
        for (int i = 0; i < parts.size(); i++) {
            Map<Integer, BackwardMessage> own = new HashMap<>();
            BatchPart part = parts.get(i);
            messages.forEach((slot, message) -> own.put(slot, part.ofJoint(message)));
            sum = sum.plus(passes.get(i).answer(own));
        }
        return sum;
    }

    @Override
    public double[] pullChanges() {
        return passes.stream()
                .flatMapToDouble(pass -> Arrays.stream(pass.pullChanges()))
                .toArray();
    }

    @Override
    public long examples() {
        return parts.get(0).batch();
    }

    @Override
    public After after() {
        return After.joined(passes.stream().map(PartPass::after).toList());
    }

    /** Cuts at these shares of a batch; equal ones make an empty part, which is left out. Without any there is one part. */
    static void learn(EpNetwork network, DataSet batch, double... cuts) {
        JointTraining joint = JointTraining.of(network);
        joint.requireShareable();
        joint.learn(phase -> of(joint, batch.toMultiDataSet(), phase, cuts));
    }

    private static JointParts of(JointTraining joint, MultiDataSet batch, LearningPhase phase, double... cuts) {
        long rows = batch.getFeatures(0).size(0);
        int inducing = joint.schedule().getInducingExamples();
        List<BatchPart> parts = new ArrayList<>();
        long from = 0;
        for (int i = 0; i <= cuts.length; i++) {
            long to = i == cuts.length ? rows : Math.round(cuts[i] * rows);
            if (to > from) {
                parts.add(new BatchPart(phase.step(), rows, inducing, from, to));
            }
            from = to;
        }
        return new JointParts(
                parts,
                parts.stream()
                        .map(part -> joint.part(part, rows(batch, part.rows()), phase))
                        .toList());
    }

    private static MultiDataSet rows(MultiDataSet data, long[] rows) {
        return new org.nd4j.linalg.dataset.MultiDataSet(
                rows(data.getFeatures(), rows),
                rows(data.getLabels(), rows),
                rows(data.getFeaturesMaskArrays(), rows),
                rows(data.getLabelsMaskArrays(), rows));
    }

    private static INDArray @Nullable [] rows(INDArray @Nullable [] arrays, long[] rows) {
        if (arrays == null || arrays[0] == null) {
            return null;
        }
        return Arrays.stream(arrays)
                .map(array -> {
                    INDArrayIndex[] indices = NDArrayIndex.allFor(array);
                    indices[0] = new SpecifiedIndex(rows);
                    return array.get(indices).dup();
                })
                .toArray(INDArray[]::new);
    }
}
