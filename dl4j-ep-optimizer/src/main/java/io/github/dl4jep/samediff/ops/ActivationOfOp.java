package io.github.dl4jep.samediff.ops;

import io.github.dl4jep.samediff.plan.OpReading;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.nd4j.autodiff.functions.DifferentialFunction;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.common.primitives.Pair;
import org.nd4j.imports.converters.DifferentialFunctionClassHolder;
import org.nd4j.linalg.activations.BaseActivationFunction;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.BaseOp;
import org.nd4j.linalg.api.ops.CustomOp;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.api.ops.Op;
import org.nd4j.linalg.api.ops.ScalarOp;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Any elementwise op of ND4J as a unit; its moments come from quadrature. A value: it keeps the op's name and arguments, which also
 * travel in the JSON of a configuration.
 */
public final class ActivationOfOp extends BaseActivationFunction {

    private static final long serialVersionUID = 1L;

    /** Inputs on which an op must be elementwise and finite; both signs, far and near. */
    private static final double[] PROBES = {-2.5, -1, -0.3, 0.2, 0.9, 2, 3.5, 0.6};

    /** ND4J's name of the op. */
    private final String opName;
    /** The scalar of an op that has one, or null. */
    private final @Nullable Double scalar;
    /** Integer arguments. */
    private final long[] integers;
    /** Floating point arguments. */
    private final double[] numbers;
    /** Boolean arguments. */
    private final boolean[] flags;

    /**
     * An op with its arguments. For Jackson; {@code EpSameDiff} makes them of a graph's ops.
     *
     * @param opName ND4J's name
     * @param scalar the scalar of an op that has one, or null
     * @param integers integer arguments
     * @param numbers floating point arguments
     * @param flags boolean arguments
     */
    public ActivationOfOp(
            @JsonProperty("opName") String opName,
            @JsonProperty("scalar") @Nullable Double scalar,
            @JsonProperty("integers") long[] integers,
            @JsonProperty("numbers") double[] numbers,
            @JsonProperty("flags") boolean[] flags) {
        this.opName = opName;
        this.scalar = scalar;
        this.integers = integers.clone();
        this.numbers = numbers.clone();
        this.flags = flags.clone();
    }

    /**
     * The op of a graph.
     *
     * @throws UnsupportedOperationException if it is not elementwise in one input
     */
    public static ActivationOfOp of(OpReading op) {
        DifferentialFunction function = op.function();
        if (op.inputs() != 1 || !(function instanceof CustomOp || function instanceof Op)) {
            throw new UnsupportedOperationException(
                    "there is no recogniser for the op \"" + op.opName() + "\" with " + op.inputs() + " inputs");
        }
        Double scalar = function instanceof ScalarOp of && of.scalar() != null
                ? of.scalar().getDouble(0)
                : null;
        ActivationOfOp activation = new ActivationOfOp(op.opName(), scalar, op.integers(), op.numbers(), op.flags());
        activation.requireElementwise();
        return activation;
    }

    /** Compares what the op does to a vector with what it does to each element alone, and twice. */
    private void requireElementwise() {
        try {
            double[] together = apply(PROBES);
            double[] again = apply(PROBES);
            for (int i = 0; i < PROBES.length; i++) {
                double alone = apply(new double[] {PROBES[i], PROBES[i]})[0];
                double other = apply(new double[] {PROBES[i], PROBES[PROBES.length - 1 - i]})[0];
                boolean same = near(together[i], alone) && near(alone, other) && near(together[i], again[i]);
                if (together.length != PROBES.length || !same) {
                    throw new UnsupportedOperationException("there is no recogniser for the op \"" + opName
                            + "\", and it is not elementwise, so it has no moments by quadrature");
                }
            }
        } catch (UnsupportedOperationException e) {
            throw e;
        } catch (RuntimeException e) {
            throw new UnsupportedOperationException(
                    "there is no recogniser for the op \"" + opName
                            + "\", and it cannot be computed as a function of one number: " + e.getMessage(),
                    e);
        }
    }

    private double[] apply(double[] inputs) {
        INDArray row = Nd4j.createFromArray(inputs).castTo(DataType.FLOAT).reshape(1, inputs.length);
        return getActivation(row, false).castTo(DataType.DOUBLE).dup('c').data().asDouble();
    }

    /** NaN equals NaN: a logarithm may be undefined somewhere; a batch that meets it is rejected. */
    private static boolean near(double a, double b) {
        return a == b || (Double.isNaN(a) && Double.isNaN(b)) || Math.abs(a - b) <= 1e-5 * (1 + Math.abs(a));
    }

    @Override
    public INDArray getActivation(INDArray in, boolean training) {
        DifferentialFunction prototype =
                DifferentialFunctionClassHolder.getInstance().getInstance(opName);
        if (prototype instanceof BaseOp legacy) {
            return in.assign(applied(legacy, in));
        }
        INDArray out = in.ulike();
        DynamicCustomOp op = DynamicCustomOp.builder(opName)
                .addInputs(in)
                .addOutputs(out)
                .addIntegerArguments(
                        Arrays.stream(integers).mapToInt(Math::toIntExact).toArray())
                .addFloatingPointArguments(Arrays.stream(numbers).boxed().toArray(Double[]::new))
                .addBooleanArguments(flags)
                .build();
        Nd4j.exec(op);
        return in.assign(out);
    }

    private INDArray applied(BaseOp prototype, INDArray in) {
        BaseOp op = (BaseOp) fresh(prototype);
        op.setX(in);
        op.setZ(in.ulike());
        if (op instanceof ScalarOp of && scalar != null) {
            of.setScalar(Nd4j.scalar(in.dataType(), scalar));
        }
        Nd4j.getExecutioner().exec(op);
        return op.z();
    }

    /** ND4J keeps one op of each name, which must not get arrays: a new one of its class does. */
    private DifferentialFunction fresh(DifferentialFunction prototype) {
        try {
            return prototype.getClass().getDeclaredConstructor().newInstance();
        } catch (ReflectiveOperationException e) {
            throw new UnsupportedOperationException("the op \"" + opName + "\" cannot be made by its name", e);
        }
    }

    /** The op in a graph. */
    public SDVariable appliedTo(SDVariable input) {
        SameDiff sd = input.getSameDiff();
        DifferentialFunction op =
                fresh(DifferentialFunctionClassHolder.getInstance().getInstance(opName));
        op.setSameDiff(sd);
        sd.putOpForId(op.getOwnName(), op);
        if (op instanceof ScalarOp of && scalar != null) {
            of.setScalar(Nd4j.scalar(input.dataType(), scalar));
        }
        if (op instanceof DynamicCustomOp custom) {
            custom.addIArgument(integers);
            custom.addTArgument(numbers);
            custom.addBArgument(flags);
        }
        sd.addArgsFor(new SDVariable[] {input}, op);
        return op.outputVariable();
    }

    /** There is no gradient; throws. */
    @Override
    public Pair<INDArray, INDArray> backprop(INDArray in, INDArray epsilon) {
        throw new UnsupportedOperationException(
                "the unit " + this + " has moments only, no gradient; train the SameDiff graph itself by gradients");
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ActivationOfOp that
                && opName.equals(that.opName)
                && Objects.equals(scalar, that.scalar)
                && Arrays.equals(integers, that.integers)
                && Arrays.equals(numbers, that.numbers)
                && Arrays.equals(flags, that.flags);
    }

    @Override
    public int hashCode() {
        return Objects.hash(
                opName, scalar, Arrays.hashCode(integers), Arrays.hashCode(numbers), Arrays.hashCode(flags));
    }

    @Override
    public String toString() {
        return "op(" + opName + ")";
    }
}
