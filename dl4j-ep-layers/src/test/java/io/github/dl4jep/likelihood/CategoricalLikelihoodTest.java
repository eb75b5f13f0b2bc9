package io.github.dl4jep.likelihood;

class CategoricalLikelihoodTest extends ClassificationContractTest {

    @Override
    Likelihood likelihood() {
        return new CategoricalLikelihood(0.4, 0.02, true);
    }

    @Override
    Likelihood other() {
        return new CategoricalLikelihood(0.4, 0.03, true);
    }

    @Override
    boolean oneOfMany() {
        return true;
    }
}
