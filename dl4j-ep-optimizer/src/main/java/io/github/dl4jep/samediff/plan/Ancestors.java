package io.github.dl4jep.samediff.plan;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.internal.SameDiffOp;
import org.nd4j.autodiff.samediff.internal.Variable;

/** The ops that some variables are computed by, inputs before what reads them, and how often each variable is read by them. */
public final class Ancestors {

    private final SameDiff sd;
    private final List<SameDiffOp> ops = new ArrayList<>();
    private final Map<String, List<SameDiffOp>> readers = new HashMap<>();
    private final Set<String> leaves = new LinkedHashSet<>();

    private Ancestors(SameDiff sd) {
        this.sd = sd;
    }

    /**
     * Walks back.
     *
     * @param sd the graph
     * @param variables what to start from
     * @return all ops before them
     */
    public static Ancestors of(SameDiff sd, Collection<String> variables) {
        Ancestors ancestors = new Ancestors(sd);
        ancestors.walk(variables);
        for (SameDiffOp op : ancestors.ops) {
            for (String input : inputs(op)) {
                ancestors
                        .readers
                        .computeIfAbsent(input, name -> new ArrayList<>())
                        .add(op);
            }
        }
        return ancestors;
    }

    /** Depth first with an explicit stack, for graphs of any depth; a loop of a control-flow construct is entered once. */
    private void walk(Collection<String> variables) {
        Set<String> entered = new HashSet<>();
        Set<String> left = new HashSet<>();
        Deque<String> stack = new ArrayDeque<>(variables);
        while (!stack.isEmpty()) {
            String variable = stack.peek();
            SameDiffOp op = producer(sd, variable);
            if (op == null) {
                leaves.add(variable);
                stack.pop();
            } else if (entered.add(op.getName())) {
                inputs(op).forEach(stack::push);
            } else {
                stack.pop();
                if (left.add(op.getName())) {
                    ops.add(op);
                }
            }
        }
    }

    /** The op that computes a variable, or null. */
    public static @Nullable SameDiffOp producer(SameDiff sd, String variable) {
        Variable meta = sd.getVariables().get(variable);
        return meta == null || meta.getOutputOfOp() == null ? null : sd.getOps().get(meta.getOutputOfOp());
    }

    public static List<String> inputs(SameDiffOp op) {
        return op.getInputsToOp() == null ? List.of() : op.getInputsToOp();
    }

    public List<SameDiffOp> ops() {
        return ops;
    }

    /** Variables that no op computes. */
    public Set<String> leaves() {
        return leaves;
    }

    /** The ops that read a variable, one entry for each time. */
    List<SameDiffOp> readers(String variable) {
        return readers.getOrDefault(variable, List.of());
    }
}
