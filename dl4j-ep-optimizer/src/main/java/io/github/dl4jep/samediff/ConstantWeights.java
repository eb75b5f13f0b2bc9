package io.github.dl4jep.samediff;

import io.github.dl4jep.samediff.plan.Ancestors;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.VariableType;
import org.nd4j.autodiff.samediff.internal.SameDiffOp;

/** Constants of a graph that are weights by their use, as importers bring them in. */
final class ConstantWeights {

    private static final Set<String> PRODUCTS =
            Set.of("matmul", "mmul", "xw_plus_b", "relu_layer", "conv2d", "biasadd");
    private static final Set<String> SUMS = Set.of("add", "mergeadd", "mergesum");
    /** Inputs of batch normalizations that are learned, from scale to shift. */
    private static final Map<String, int[]> NORMALIZATIONS =
            Map.of("batchnorm", new int[] {3, 4}, "fused_batch_norm", new int[] {1, 2});
    /** Ops through which frozen graphs read their weights. */
    private static final Set<String> READS = Set.of("identity", "cast", "stop_gradient");

    private ConstantWeights() {}

    /** Their names, in the order of the ops. */
    static List<String> of(SameDiff sd) {
        Set<String> names = new LinkedHashSet<>();
        for (SameDiffOp op : sd.getOps().values()) {
            List<String> inputs = Ancestors.inputs(op);
            boolean besideProduct = PRODUCTS.contains(op.getOp().opName()) || readsProduct(sd, inputs);
            for (int i : learned(op.getOp().opName(), inputs.size())) {
                String name = read(sd, inputs.get(i));
                if (isWeight(sd, name, besideProduct)) {
                    names.add(name);
                }
            }
        }
        return new ArrayList<>(names);
    }

    /** Which inputs of an op may be weights. */
    private static int[] learned(String kind, int inputs) {
        int first = PRODUCTS.contains(kind) ? 1 : SUMS.contains(kind) ? 0 : inputs;
        int[] indices =
                NORMALIZATIONS.getOrDefault(kind, IntStream.range(first, inputs).toArray());
        return IntStream.of(indices).filter(index -> index < inputs).toArray();
    }

    /** The variable that a chain of identities reads. */
    private static String read(SameDiff sd, String name) {
        SameDiffOp op = Ancestors.producer(sd, name);
        return op != null && READS.contains(op.getOp().opName())
                ? read(sd, Ancestors.inputs(op).get(0))
                : name;
    }

    private static boolean readsProduct(SameDiff sd, List<String> inputs) {
        return inputs.stream()
                .map(sd::getVariableOutputOp)
                .anyMatch(op -> op != null && PRODUCTS.contains(op.opName()));
    }

    /** One number is a weight only beside a product, of one unit; elsewhere it is a setting. A scalar is always one. */
    private static boolean isWeight(SameDiff sd, String name, boolean besideProduct) {
        SDVariable variable = sd.getVariable(name);
        return variable.getVariableType() == VariableType.CONSTANT
                && variable.dataType().isFPType()
                && (variable.getArr().length() > 1
                        || (besideProduct && variable.getArr().rank() > 0));
    }
}
