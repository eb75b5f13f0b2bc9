package io.github.dl4jep.loss;

import io.github.dl4jep.density.ActivatedLikelihood;
import io.github.dl4jep.density.Link;
import io.github.dl4jep.density.LogGaussianLikelihood;
import io.github.dl4jep.density.PoissonLikelihood;
import io.github.dl4jep.density.SparseLabels;
import io.github.dl4jep.likelihood.BinaryLikelihood;
import io.github.dl4jep.likelihood.CategoricalLikelihood;
import io.github.dl4jep.likelihood.Likelihood;
import java.util.function.Supplier;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;

/** The likelihoods of kinds of losses, by output activation. */
final class Rules {

    private Rules() {}

    static UnsupportedOperationException refused(String why) {
        return new UnsupportedOperationException(why);
    }

    /** Labels around the activation's value. */
    static Likelihood around(IActivation activation, Supplier<Likelihood> likelihood) {
        if (activation instanceof ActivationSoftmax) {
            throw refused(
                    "it compares each probability by itself, and is smallest at other probabilities than the true ones; use"
                            + " the cross-entropy loss (MCXENT)");
        }
        return activation instanceof ActivationIdentity
                ? likelihood.get()
                : new ActivatedLikelihood(activation, likelihood.get());
    }

    /** As {@link #around}; the squared error of class probabilities is smallest where their cross-entropy is, and means the same. */
    static Likelihood squaredError(IActivation activation, Supplier<Likelihood> likelihood) {
        return activation instanceof ActivationSoftmax ? new CategoricalLikelihood() : around(activation, likelihood);
    }

    static Likelihood identityOnly(IActivation activation, Supplier<Likelihood> likelihood) {
        if (activation instanceof ActivationIdentity) {
            return likelihood.get();
        }
        throw refused("its outputs are of several kinds, to which it applies activations itself; use the identity");
    }

    static Likelihood logarithmicError(IActivation activation) {
        return new LogGaussianLikelihood(link(activation));
    }

    static Likelihood counts(IActivation activation) {
        return new PoissonLikelihood(link(activation));
    }

    /** Outputs that are logarithms of rates. */
    static Likelihood logarithms(IActivation activation, Supplier<Likelihood> likelihood) {
        if (activation instanceof ActivationIdentity) {
            return likelihood.get();
        }
        throw refused("its outputs are logarithms of rates; use the identity, or LossPoisson for rates after softplus");
    }

    private static Link link(IActivation activation) {
        Link link = Link.of(activation);
        if (link == null) {
            throw refused(
                    "it takes the logarithm of the output, which can be negative or is a share of several outputs; use the"
                            + " activation softplus, ReLU or sigmoid");
        }
        return link;
    }

    /** Losses of probabilities: of one class of several after a softmax, of each output after a sigmoid. */
    static Likelihood classes(IActivation activation) {
        if (activation instanceof ActivationSoftmax) {
            return new CategoricalLikelihood();
        }
        if (activation instanceof ActivationSigmoid) {
            return new BinaryLikelihood();
        }
        throw refused(
                "it takes the logarithm of probabilities; use softmax for one class of several, or sigmoid for independent"
                        + " outputs");
    }

    static Likelihood sparseClasses(IActivation activation) {
        if (activation instanceof ActivationSoftmax) {
            return new SparseLabels(new CategoricalLikelihood());
        }
        throw refused("its labels are numbers of classes, of which exactly one is right; use softmax");
    }
}
