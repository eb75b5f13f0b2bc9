package io.github.dl4jep.samediff.writeback;

import io.github.dl4jep.network.EpComputationGraph;
import io.github.dl4jep.samediff.plan.GraphReading;
import io.github.dl4jep.samediff.plan.WeightBinding;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.jspecify.annotations.Nullable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.VariableType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The posterior in the constants of a SameDiff graph.
 *
 * <p>{@code ep/VARIABLE/precision}, {@code ep/VARIABLE/meanTimesPrecision}, {@code ep/VARIABLE/averagedMean} and whatever else the
 * prior of that weight has, in the variable's own shape; {@code ep/LAYER/noiseVariance} and whatever else a likelihood learns, where
 * the layer is named after its weight, or after the op's output if it has none; {@code ep/configuration}, the definition with options
 * and counters as UTF-8 bytes of JSON.
 */
public final class PosteriorConstants {

    /** What all names begin with. */
    public static final String PREFIX = "ep/";

    private static final String CONFIGURATION = PREFIX + "configuration";

    private PosteriorConstants() {}

    public static boolean isStored(SameDiff sd) {
        return sd.hasVariable(CONFIGURATION);
    }

    /** The stored definition. */
    public static ComputationGraphConfiguration configuration(SameDiff sd) {
        byte[] json = sd.getVariable(CONFIGURATION).getArr().dup().data().asBytes();
        return ComputationGraphConfiguration.fromJson(new String(json, StandardCharsets.UTF_8));
    }

    /** The constant of a parameter. */
    static String name(String layer, String parameter, List<WeightBinding> bindings) {
        WeightBinding binding = binding(parameter, bindings);
        if (binding == null || binding.prefix().equals(parameter)) {
            return PREFIX + layer + "/" + parameter;
        }
        String rest = parameter.substring(binding.prefix().length());
        return PREFIX + binding.variable() + "/" + rest.substring(0, 1).toLowerCase(Locale.ROOT) + rest.substring(1);
    }

    private static @Nullable WeightBinding binding(String parameter, List<WeightBinding> bindings) {
        for (WeightBinding binding : bindings) {
            String prefix = binding.prefix();
            boolean begins = parameter.startsWith(prefix)
                    && (parameter.length() == prefix.length()
                            || Character.isUpperCase(parameter.charAt(prefix.length())));
            if (begins) {
                return binding;
            }
        }
        return null;
    }

    /** Writes all parameters and the definition; constants of a former posterior are overwritten. */
    public static void write(SameDiff sd, EpComputationGraph network, GraphReading reading) {
        for (Layer layer : network.getLayers()) {
            String name = layer.conf().getLayer().getLayerName();
            List<WeightBinding> bindings = reading.bindings(name);
            layer.paramTable().forEach((parameter, array) -> {
                WeightBinding binding = arranged(sd, binding(parameter, bindings), array);
                INDArray arranged =
                        binding == null ? array : binding.arrangement().toVariable(array, shape(sd, binding));
                put(sd, name(name, parameter, bindings), arranged);
            });
        }
        byte[] json = network.getConfiguration().toJson().getBytes(StandardCharsets.UTF_8);
        put(sd, CONFIGURATION, Nd4j.createFromArray(json));
    }

    /** Null for numbers that all weights of a variable share. */
    private static @Nullable WeightBinding arranged(SameDiff sd, @Nullable WeightBinding binding, INDArray array) {
        return binding != null && sd.getVariable(binding.variable()).getArr().length() == array.length()
                ? binding
                : null;
    }

    private static long[] shape(SameDiff sd, WeightBinding binding) {
        return sd.getVariable(binding.variable()).getArr().shape();
    }

    private static void put(SameDiff sd, String name, INDArray array) {
        if (!sd.hasVariable(name)) {
            sd.constant(name, array.dup('c'));
            return;
        }
        INDArray present = sd.getVariable(name).getArr();
        if (Arrays.equals(present.shape(), array.shape()) && present.dataType() == array.dataType()) {
            present.assign(array);
        } else {
            sd.setArrayForVariable(name, array.dup('c'));
        }
    }

    /**
     * Reads all parameters into a network of the stored definition.
     *
     * @throws DL4JInvalidConfigException if the graph has other layers than were stored, or a constant is missing
     */
    public static void read(SameDiff sd, EpComputationGraph network, GraphReading reading) {
        for (Layer layer : network.getLayers()) {
            String name = layer.conf().getLayer().getLayerName();
            List<WeightBinding> bindings = reading.bindings(name);
            layer.paramTable().forEach((parameter, array) -> {
                WeightBinding binding = arranged(sd, binding(parameter, bindings), array);
                INDArray stored = array(sd, name(name, parameter, bindings), array);
                array.assign(
                        binding == null
                                ? stored.reshape(array.shape())
                                : binding.arrangement().toPosterior(stored));
            });
        }
    }

    private static INDArray array(SameDiff sd, String name, INDArray needed) {
        boolean isConstant = sd.hasVariable(name) && sd.getVariable(name).getVariableType() == VariableType.CONSTANT;
        INDArray stored = isConstant ? sd.getVariable(name).getArr() : null;
        if (stored == null
                || stored.length() != needed.length()
                || !stored.dataType().isFPType()) {
            throw new DL4JInvalidConfigException(
                    "The posterior stored in this SameDiff graph does not fit it: \"" + name
                            + "\" " + (stored == null ? "is missing" : "has shape " + Arrays.toString(stored.shape()))
                            + ", needed are " + needed.length() + " numbers. The graph was changed since; begin anew by"
                            + " EpSameDiff.of(sd, EpOptions.defaults())");
        }
        return stored;
    }
}
