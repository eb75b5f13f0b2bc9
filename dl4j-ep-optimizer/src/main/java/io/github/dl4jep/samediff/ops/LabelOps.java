package io.github.dl4jep.samediff.ops;

import io.github.dl4jep.samediff.plan.Value;
import java.util.Set;

/** Ops between the placeholder of labels and the loss. */
public final class LabelOps {

    private static final String ONE_HOT = "onehot";
    private static final Set<String> SAME = Set.of("identity", "cast");

    private LabelOps() {}

    /** Whether labels after the op are still labels. */
    public static boolean keepsLabels(String opName) {
        return SAME.contains(opName) || opName.equals(ONE_HOT);
    }

    /** The labels after such an op. */
    public static Value.Label read(Value.Label before, String opName) {
        return new Value.Label(before.placeholder(), before.sparse() || opName.equals(ONE_HOT));
    }
}
