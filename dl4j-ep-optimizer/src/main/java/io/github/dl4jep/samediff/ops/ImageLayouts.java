package io.github.dl4jep.samediff.ops;

import io.github.dl4jep.samediff.plan.Ancestors;
import io.github.dl4jep.samediff.plan.GraphPlan;
import io.github.dl4jep.samediff.plan.ImageLayout;
import org.jspecify.annotations.Nullable;
import org.nd4j.autodiff.samediff.internal.SameDiffOp;
import org.nd4j.linalg.api.ops.CustomOp;

/** Where an array of images has its channels, by the first op after it that says so. */
public final class ImageLayouts {

    private ImageLayouts() {}

    /**
     * The layout of an array.
     *
     * @param plan knows the readers
     * @param variable the array
     * @return channels first where no op says anything
     */
    public static ImageLayout readAs(GraphPlan plan, String variable) {
        ImageLayout said = said(plan, variable);
        return said == null ? ImageLayout.CHANNELS_FIRST : said;
    }

    private static @Nullable ImageLayout said(GraphPlan plan, String variable) {
        for (SameDiffOp reader : plan.readers(variable)) {
            if (!Ancestors.inputs(reader).get(0).equals(variable)) {
                continue;
            }
            String name = reader.getOp().opName();
            long[] integers = reader.getOp() instanceof CustomOp custom ? custom.iArgs() : new long[0];
            if (name.equals("conv2d") || name.equals("maxpool2d") || name.equals("avgpool2d")) {
                return ConvolutionOps.layout(name, integers);
            }
            if (name.equals("batchnorm") && integers.length > 2) {
                return integers[2] == 1 ? ImageLayout.CHANNELS_FIRST : ImageLayout.CHANNELS_LAST;
            }
            if (name.equals("fused_batch_norm")) {
                return NormalizationOps.fusedLayout(integers);
            }
            boolean moved = name.equals("permute") || name.equals("transpose");
            ImageLayout after = said(plan, reader.getOutputsOfOp().get(0));
            if (after != null) {
                return moved ? after.other() : after;
            }
        }
        return null;
    }
}
