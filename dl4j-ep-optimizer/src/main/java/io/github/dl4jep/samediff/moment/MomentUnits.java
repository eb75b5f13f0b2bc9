package io.github.dl4jep.samediff.moment;

import io.github.dl4jep.normal.GaussHermiteRule;
import io.github.dl4jep.samediff.ops.ActivationOfOp;
import io.github.dl4jep.unit.IdentityUnit;
import io.github.dl4jep.unit.LeakyReluUnit;
import io.github.dl4jep.unit.QuadratureUnit;
import io.github.dl4jep.unit.ReluUnit;
import io.github.dl4jep.unit.Unit;
import io.github.dl4jep.unit.Units;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationCube;
import org.nd4j.linalg.activations.impl.ActivationELU;
import org.nd4j.linalg.activations.impl.ActivationGELU;
import org.nd4j.linalg.activations.impl.ActivationHardSigmoid;
import org.nd4j.linalg.activations.impl.ActivationHardTanH;
import org.nd4j.linalg.activations.impl.ActivationLReLU;
import org.nd4j.linalg.activations.impl.ActivationRationalTanh;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.activations.impl.ActivationReLU6;
import org.nd4j.linalg.activations.impl.ActivationRectifiedTanh;
import org.nd4j.linalg.activations.impl.ActivationSELU;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationSoftPlus;
import org.nd4j.linalg.activations.impl.ActivationSoftSign;
import org.nd4j.linalg.activations.impl.ActivationSwish;
import org.nd4j.linalg.activations.impl.ActivationTanH;
import org.nd4j.linalg.factory.Nd4j;

/** Moments of units: those of ReLU and its leaky kind in closed form, of all others by the nodes that training uses. */
final class MomentUnits {

    /** Added to variances before their root is a divisor; far below any that matters. */
    private static final double TINY = 1e-30;

    private static final Map<IActivation, UnaryOperator<SDVariable>> FUNCTIONS = new LinkedHashMap<>();

    static {
        FUNCTIONS.put(new ActivationReLU(), x -> x.getSameDiff().nn.relu(x, 0));
        FUNCTIONS.put(new ActivationTanH(), x -> x.getSameDiff().math.tanh(x));
        FUNCTIONS.put(new ActivationSigmoid(), x -> x.getSameDiff().nn.sigmoid(x));
        FUNCTIONS.put(new ActivationSoftPlus(), x -> x.getSameDiff().nn.softplus(x));
        FUNCTIONS.put(new ActivationELU(), x -> x.getSameDiff().nn.elu(x));
        FUNCTIONS.put(new ActivationSELU(), x -> x.getSameDiff().nn.selu(x));
        FUNCTIONS.put(new ActivationGELU(false), x -> x.getSameDiff().nn.gelu(x));
        FUNCTIONS.put(new ActivationGELU(true), x -> x.getSameDiff().nn.preciseGelu(x));
        FUNCTIONS.put(new ActivationSwish(), x -> x.getSameDiff().nn.swish(x));
        FUNCTIONS.put(new ActivationSoftSign(), x -> x.getSameDiff().nn.softsign(x));
        FUNCTIONS.put(new ActivationHardTanH(), x -> x.getSameDiff().nn.hardTanh(x));
        FUNCTIONS.put(new ActivationHardSigmoid(), x -> x.getSameDiff().nn.hardSigmoid(x));
        FUNCTIONS.put(new ActivationReLU6(), x -> x.getSameDiff().nn.relu6(x, 0));
        FUNCTIONS.put(new ActivationCube(), x -> x.getSameDiff().math.cube(x));
        FUNCTIONS.put(new ActivationRationalTanh(), x -> x.getSameDiff().math.rationalTanh(x));
        FUNCTIONS.put(new ActivationRectifiedTanh(), x -> x.getSameDiff().math.rectifiedTanh(x));
    }

    private MomentUnits() {}

    /** Moments of the unit's activation. */
    static MomentPair moments(MomentPair input, IActivation activation) {
        Unit unit = Units.of(activation);
        if (unit instanceof IdentityUnit) {
            return input;
        }
        SDVariable variance = input.variance();
        if (variance == null) {
            return MomentPair.observed(function(activation).apply(input.mean()));
        }
        if (unit instanceof ReluUnit) {
            return leaky(input.mean(), variance, 0);
        }
        if (unit instanceof LeakyReluUnit && activation instanceof ActivationLReLU leaky) {
            return leaky(input.mean(), variance, leaky.getAlpha());
        }
        if (unit instanceof QuadratureUnit) {
            return quadrature(input.mean(), variance, function(activation));
        }
        throw new UnsupportedOperationException("the unit " + activation + " has no moments in SameDiff's ops");
    }

    private static UnaryOperator<SDVariable> function(IActivation activation) {
        if (activation instanceof ActivationOfOp op) {
            return op::appliedTo;
        }
        if (activation instanceof ActivationLReLU leaky) {
            return x -> x.getSameDiff().nn.leakyRelu(x, leaky.getAlpha());
        }
        UnaryOperator<SDVariable> function = FUNCTIONS.get(activation);
        if (function == null) {
            throw new UnsupportedOperationException("the unit " + activation + " is no op of SameDiff");
        }
        return function;
    }

    /**
     * With E max(u,0) = w P + d p and E max(u,0)^2 = (w^2 + V) P + w d p, P and p the standard normal's distribution function and
     * density at w / d, d = sqrt V; the negative side likewise.
     */
    private static MomentPair leaky(SDVariable mean, SDVariable variance, double slope) {
        SameDiff sd = mean.getSameDiff();
        SDVariable deviation = sd.math.sqrt(variance.add(TINY));
        SDVariable z = mean.div(deviation);
        SDVariable above = sd.math.erfc(z.mul(-Math.sqrt(0.5))).mul(0.5);
        SDVariable below = sd.math.erfc(z.mul(Math.sqrt(0.5))).mul(0.5);
        SDVariable density =
                sd.math.exp(z.mul(z).mul(-0.5)).mul(1 / Math.sqrt(2 * Math.PI)).mul(deviation);
        SDVariable second = mean.mul(mean).add(variance);
        SDVariable cross = mean.mul(density);
        SDVariable first = mean.mul(above).add(density);
        SDVariable square = second.mul(above).add(cross);
        if (slope != 0) {
            first = first.add(mean.mul(below).sub(density).mul(slope));
            square = square.add(second.mul(below).sub(cross).mul(slope * slope));
        }
        return new MomentPair(first, square.sub(first.mul(first)));
    }

    private static MomentPair quadrature(SDVariable mean, SDVariable variance, UnaryOperator<SDVariable> function) {
        SameDiff sd = mean.getSameDiff();
        GaussHermiteRule rule = GaussHermiteRule.of(QuadratureUnit.DEFAULT_NODES);
        SDVariable nodes = MomentGraph.constant(sd, Nd4j.createFromArray(rule.nodes()));
        SDVariable weights = MomentGraph.constant(sd, Nd4j.createFromArray(rule.weights()));
        SDVariable deviation = sd.expandDims(sd.math.sqrt(variance), -1);
        SDVariable values = function.apply(sd.expandDims(mean, -1).add(deviation.mul(nodes)));
        SDVariable expected = values.mul(weights).sum(-1);
        SDVariable difference = values.sub(sd.expandDims(expected, -1));
        return new MomentPair(expected, difference.mul(difference).mul(weights).sum(-1));
    }
}
