package io.github.dl4jep.unit;

import io.github.dl4jep.message.Moments;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The identity: a = w, s = V, D = 1. Exact. */
public final class IdentityUnit implements Unit {

    @Override
    public UnitMoments moments(Moments preActivation) {
        return new UnitMoments(preActivation, null);
    }

    @Override
    public INDArray activate(INDArray potentials) {
        return potentials;
    }

    @Override
    public double priorGain() {
        return 1;
    }

    @Override
    public boolean isRising() {
        return true;
    }
}
