package io.github.dl4jep.unit;

import io.github.dl4jep.activation.ActivationHeaviside;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.Stream;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationLReLU;
import org.nd4j.linalg.activations.impl.ActivationReLU;

/** Units whose moments are exact. */
class ClosedFormUnitsTest extends UnitContractTest {

    @Override
    Stream<UnitCase> units() {
        return Stream.of(
                exact("identity", Units.of(new ActivationIdentity()), u -> u),
                exact("relu", Units.of(new ActivationReLU()), u -> Math.max(u, 0)),
                exact("leaky relu .01", Units.of(new ActivationLReLU(0.01)), leaky(0.01)),
                exact("leaky relu .3", Units.of(new ActivationLReLU(0.3)), leaky(0.3)),
                exact("leaky relu 0", new LeakyReluUnit(0), leaky(0)),
                exact("leaky relu 1", new LeakyReluUnit(1), leaky(1)),
                new UnitCase(
                        "heaviside",
                        Units.of(new ActivationHeaviside()),
                        u -> u >= 0 ? 1 : 0,
                        new double[] {0},
                        false,
                        v -> 1e-10));
    }

    private static UnitCase exact(String name, Unit unit, DoubleUnaryOperator f) {
        return new UnitCase(name, unit, f, new double[] {0}, true, v -> 1e-10);
    }

    private static DoubleUnaryOperator leaky(double alpha) {
        return u -> u > 0 ? u : alpha * u;
    }
}
