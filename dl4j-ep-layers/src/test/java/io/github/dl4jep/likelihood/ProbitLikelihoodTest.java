package io.github.dl4jep.likelihood;

class ProbitLikelihoodTest extends ClassificationContractTest {

    @Override
    Likelihood likelihood() {
        return new ProbitLikelihood();
    }

    @Override
    Likelihood other() {
        return new ProbitLikelihood(true);
    }

    @Override
    boolean oneOfMany() {
        return true;
    }
}
