package io.github.dl4jep.density;

import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationSoftPlus;

/** How a positive number, such as a rate, comes of a potential. */
public enum Link {

    /** log(1 + e^u). */
    SOFTPLUS {
        @Override
        double value(double u) {
            return u > 0 ? u + Math.log1p(Math.exp(-u)) : Math.log1p(Math.exp(u));
        }

        @Override
        double log(double u) {
            // Below, log(1 + x) is x to rounding.
            return u < -36 ? u : Math.log(value(u));
        }
    },

    /** 1 / (1 + e^-u). */
    SIGMOID {
        @Override
        double value(double u) {
            return 1 / (1 + Math.exp(-u));
        }

        @Override
        double log(double u) {
            return -SOFTPLUS.value(-u);
        }
    },

    /**
     * u, but for potentials below .05 the exponential function that touches it there: a ReLU has the rate 0 below 0, which no count other
     * than 0 can have.
     */
    RELU {
        @Override
        double value(double u) {
            return u > FOOT ? u : FOOT * Math.exp(u / FOOT - 1);
        }

        @Override
        double log(double u) {
            return u > FOOT ? Math.log(u) : Math.log(FOOT) + u / FOOT - 1;
        }
    },

    /** e^u, the canonical link of counts; DL4J has no such activation, so that a point network returns logarithms. */
    EXPONENTIAL {
        @Override
        double value(double u) {
            return Math.exp(u);
        }

        @Override
        double log(double u) {
            return u;
        }
    };

    private static final double FOOT = 0.05;

    /** f(u) > 0. */
    abstract double value(double u);

    /** log f(u), finite where f(u) underflows. */
    abstract double log(double u);

    /**
     * The link of an output activation.
     *
     * @param activation DL4J's activation
     * @return its link, or null if it is not positive everywhere
     */
    public static @Nullable Link of(IActivation activation) {
        if (activation instanceof ActivationSoftPlus) {
            return SOFTPLUS;
        }
        if (activation instanceof ActivationSigmoid) {
            return SIGMOID;
        }
        return activation instanceof ActivationReLU ? RELU : null;
    }
}
