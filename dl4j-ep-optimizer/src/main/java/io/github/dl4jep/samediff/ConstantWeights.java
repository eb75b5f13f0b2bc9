package io.github.dl4jep.samediff;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.VariableType;
import org.nd4j.autodiff.samediff.internal.SameDiffOp;

/** Constants of a graph that are weights by their use, as importers bring them in. */
final class ConstantWeights {

    private static final Set<String> PRODUCTS =
            Set.of("matmul", "mmul", "xw_plus_b", "relu_layer", "conv2d", "biasadd");
    private static final Set<String> SUMS = Set.of("add", "mergeadd", "mergesum");
    /** Inputs of a batch normalization that are learned: scale and shift. */
    private static final int FIRST_OF_NORMALIZATION = 3;

    private ConstantWeights() {}

    /** Their names, in the order of the ops. */
    static List<String> of(SameDiff sd) {
        Set<String> names = new LinkedHashSet<>();
        for (SameDiffOp op : sd.getOps().values()) {
            String kind = op.getOp().opName();
            List<String> inputs = op.getInputsToOp() == null ? List.of() : op.getInputsToOp();
            int first = PRODUCTS.contains(kind)
                    ? 1
                    : SUMS.contains(kind) ? 0 : kind.equals("batchnorm") ? FIRST_OF_NORMALIZATION : inputs.size();
            for (int i = first; i < inputs.size(); i++) {
                if (isWeight(sd, inputs.get(i), PRODUCTS.contains(kind) || readsProduct(sd, inputs))) {
                    names.add(inputs.get(i));
                }
            }
        }
        return new ArrayList<>(names);
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
