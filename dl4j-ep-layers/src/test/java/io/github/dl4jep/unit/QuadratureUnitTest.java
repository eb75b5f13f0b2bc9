package io.github.dl4jep.unit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jep.message.Moments;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationCube;
import org.nd4j.linalg.activations.impl.ActivationELU;
import org.nd4j.linalg.activations.impl.ActivationGELU;
import org.nd4j.linalg.activations.impl.ActivationHardSigmoid;
import org.nd4j.linalg.activations.impl.ActivationHardTanH;
import org.nd4j.linalg.activations.impl.ActivationMish;
import org.nd4j.linalg.activations.impl.ActivationRationalTanh;
import org.nd4j.linalg.activations.impl.ActivationReLU6;
import org.nd4j.linalg.activations.impl.ActivationRectifiedTanh;
import org.nd4j.linalg.activations.impl.ActivationSELU;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationSoftPlus;
import org.nd4j.linalg.activations.impl.ActivationSoftSign;
import org.nd4j.linalg.activations.impl.ActivationSwish;
import org.nd4j.linalg.activations.impl.ActivationTanH;
import org.nd4j.linalg.activations.impl.ActivationThresholdedReLU;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.memory.conf.WorkspaceConfiguration;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Activations by Gauss-Hermite quadrature, held against Gauss-Legendre quadrature of the same function. */
class QuadratureUnitTest extends UnitContractTest {

    @Override
    Stream<UnitCase> units() {
        return Stream.of(
                smooth("tanh", new ActivationTanH(), Math::tanh),
                smooth("sigmoid", new ActivationSigmoid(), QuadratureUnitTest::sigmoid),
                smooth("softplus", new ActivationSoftPlus(), QuadratureUnitTest::softplus),
                smooth("swish", new ActivationSwish(), u -> u * sigmoid(u)),
                smooth("mish", new ActivationMish(), u -> u * Math.tanh(softplus(u))),
                smooth("gelu", new ActivationGELU(), u -> u * sigmoid(1.702 * u)),
                smooth("precise gelu", new ActivationGELU(true), QuadratureUnitTest::geluByTanh),
                smooth("cube", new ActivationCube(), u -> u * u * u),
                smooth("user-defined", new BentIdentity(), BentIdentity::value),
                smooth("rational tanh", new ActivationRationalTanh(), QuadratureUnitTest::rationalTanh),
                kinked("elu", new ActivationELU(), u -> u > 0 ? u : Math.expm1(u), 0),
                kinked("selu", new ActivationSELU(), QuadratureUnitTest::selu, 0),
                kinked("hard tanh", new ActivationHardTanH(), u -> Math.max(-1, Math.min(1, u)), -1, 1),
                kinked(
                        "hard sigmoid",
                        new ActivationHardSigmoid(),
                        u -> Math.max(0, Math.min(1, 0.2 * u + 0.5)),
                        -2.5,
                        2.5),
                kinked("softsign", new ActivationSoftSign(), u -> u / (1 + Math.abs(u)), 0),
                kinked("rectified tanh", new ActivationRectifiedTanh(), u -> Math.max(0, Math.tanh(u)), 0),
                kinked("relu6", new ActivationReLU6(), u -> Math.max(0, Math.min(6, u)), 0, 6),
                jumping("thresholded relu", new ActivationThresholdedReLU(), u -> u > 1 ? u : 0, 1));
    }

    @Test
    void outlivesTheWorkspaceItWasMadeIn() {
        WorkspaceConfiguration configuration =
                WorkspaceConfiguration.builder().initialSize(1 << 20).build();
        Unit unit;
        try (MemoryWorkspace workspace = Nd4j.getWorkspaceManager().getAndActivateWorkspace(configuration, "UNIT")) {
            unit = Units.of(new ActivationTanH());
        }
        INDArray mean = Nd4j.createFromArray(new float[][] {{0.3f, -1}});
        Moments potentials = new Moments(mean, mean.mul(mean));
        UnitMoments expected = Units.of(new ActivationTanH()).moments(potentials);

        try (MemoryWorkspace workspace = Nd4j.getWorkspaceManager().getAndActivateWorkspace(configuration, "UNIT")) {
            Nd4j.valueArrayOf(new long[] {1, 1000}, 7.0);
            UnitMoments moments = unit.moments(potentials);
            assertThat(moments.moments().mean()).isEqualTo(expected.moments().mean());
            assertThat(moments.gain()).isEqualTo(expected.gain());
        } finally {
            Nd4j.getWorkspaceManager().destroyAllWorkspacesForCurrentThread();
        }
    }

    private static UnitCase smooth(String name, IActivation activation, DoubleUnaryOperator f) {
        return new UnitCase(name, Units.of(activation), f, new double[0], true, v -> tolerance(v, 1e-3, 1e-2, 0.25));
    }

    private static UnitCase kinked(String name, IActivation activation, DoubleUnaryOperator f, double... kinks) {
        return new UnitCase(name, Units.of(activation), f, kinks, true, v -> tolerance(v, 4e-2, 0.2, 0.25));
    }

    private static UnitCase jumping(String name, IActivation activation, DoubleUnaryOperator f, double... kinks) {
        return new UnitCase(name, Units.of(activation), f, kinks, false, v -> tolerance(v, 0.6, 0.3, 0.25));
    }

    /** The limits that {@link QuadratureUnit} documents: nodes of a wide density lie far apart. */
    private static double tolerance(double v, double toOne, double toFour, double beyond) {
        return v <= 1 ? toOne : v <= 4 ? toFour : beyond;
    }

    private static double sigmoid(double u) {
        return 1 / (1 + Math.exp(-u));
    }

    private static double softplus(double u) {
        return Math.max(u, 0) + Math.log1p(Math.exp(-Math.abs(u)));
    }

    private static double selu(double u) {
        return 1.0507009873554805 * (u > 0 ? u : 1.6732632423543772 * Math.expm1(u));
    }

    /** As DL4J has it: the factor .044715 is inside the cube. */
    private static double geluByTanh(double u) {
        return 0.5 * u * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (u + Math.pow(0.044715 * u, 3))));
    }

    private static double rationalTanh(double u) {
        double y = Math.abs(2 * u / 3);
        return 1.7159 * Math.signum(u) * (1 - 1 / (1 + y + y * y + 1.41645 * y * y * y * y));
    }
}
