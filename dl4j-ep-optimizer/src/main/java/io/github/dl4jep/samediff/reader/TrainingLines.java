package io.github.dl4jep.samediff.reader;

import io.github.dl4jep.samediff.plan.Ancestors;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.VariableType;
import org.nd4j.autodiff.samediff.internal.SameDiffOp;

/** The lines that make a graph trainable, with the names of the graph at hand, for errors that say what is missing. */
final class TrainingLines {

    /** Where the graph has no such variable. */
    private static final String NONE = "NAME";

    private TrainingLines() {}

    /** Variables of constants, labels, loss and configuration. */
    static String all(SameDiff sd) {
        List<String> lines = new ArrayList<>();
        boolean variables =
                sd.variables().stream().anyMatch(variable -> variable.getVariableType() == VariableType.VARIABLE);
        if (!variables) {
            lines.add("EpSameDiff.constantsToVariables(sd); // no VARIABLE is in it yet, as after an import");
        }
        String label = label(sd);
        lines.addAll(loss(sd, label));
        lines.add("sd.setTrainingConfig(TrainingConfig.builder().updater(new NoOp()) // any, it has no effect");
        lines.add("        .dataSetFeatureMapping("
                + String.join(
                        ", ", features(sd).stream().map(TrainingLines::quoted).toList()) + ")");
        lines.add("        .dataSetLabelMapping(" + quoted(label) + ").build());");
        return "\n    " + String.join("\n    ", lines);
    }

    /** Labels and a loss. */
    static String loss(SameDiff sd) {
        return "\n    " + String.join("\n    ", loss(sd, label(sd)));
    }

    private static List<String> loss(SameDiff sd, String label) {
        if (!sd.getLossVariables().isEmpty()) {
            return List.of();
        }
        SameDiffOp last = last(sd);
        String output = last == null ? NONE : last.getOutputsOfOp().get(0);
        List<String> lines = new ArrayList<>();
        if (!sd.hasVariable(label)) {
            lines.add("SDVariable label = sd.placeHolder(" + quoted(label)
                    + ", DataType.FLOAT, -1, 3); // 3: the number of outputs");
        }
        String labels = sd.hasVariable(label) ? "sd.getVariable(" + quoted(label) + ")" : "label";
        String kind = last == null ? "" : last.getOp().opName();
        if (kind.equals("softmax") || kind.equals("sigmoid")) {
            lines.add("sd.loss.logLoss(\"loss\", " + labels + ", sd.getVariable(" + quoted(output) + "));");
        } else {
            lines.add("sd.loss.softmaxCrossEntropy(\"loss\", " + labels + ", sd.getVariable(" + quoted(output)
                    + "), null); // or meanSquaredError");
        }
        return lines;
    }

    /** The first op whose output nothing reads; importers keep the order. */
    private static @Nullable SameDiffOp last(SameDiff sd) {
        List<String> read = sd.getOps().values().stream()
                .flatMap(op -> Ancestors.inputs(op).stream())
                .toList();
        return sd.getOps().values().stream()
                .filter(op -> op.getOutputsOfOp().stream().noneMatch(read::contains))
                .findFirst()
                .orElse(null);
    }

    private static List<String> features(SameDiff sd) {
        String label = label(sd);
        List<String> names = sd.variables().stream()
                .filter(SDVariable::isPlaceHolder)
                .map(SDVariable::name)
                .filter(name -> !name.equals(label))
                .toList();
        return names.isEmpty() ? List.of(NONE) : names;
    }

    /** The name of a placeholder of labels. */
    private static String label(SameDiff sd) {
        return sd.hasVariable("labels") ? "labels" : "label";
    }

    private static String quoted(String name) {
        return '"' + name + '"';
    }
}
