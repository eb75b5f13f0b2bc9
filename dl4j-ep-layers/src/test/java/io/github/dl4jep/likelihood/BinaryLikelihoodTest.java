package io.github.dl4jep.likelihood;

class BinaryLikelihoodTest extends ClassificationContractTest {

    @Override
    Likelihood likelihood() {
        return new BinaryLikelihood(0.4, 0.02, true);
    }

    @Override
    Likelihood other() {
        return new BinaryLikelihood(0.4, 0.02, false);
    }

    @Override
    boolean oneOfMany() {
        return false;
    }
}
