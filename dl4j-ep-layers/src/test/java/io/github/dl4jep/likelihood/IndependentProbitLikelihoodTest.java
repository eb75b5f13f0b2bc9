package io.github.dl4jep.likelihood;

class IndependentProbitLikelihoodTest extends ClassificationContractTest {

    @Override
    Likelihood likelihood() {
        return new ProbitLikelihood(true);
    }

    @Override
    Likelihood other() {
        return new ProbitLikelihood();
    }

    @Override
    boolean oneOfMany() {
        return false;
    }
}
