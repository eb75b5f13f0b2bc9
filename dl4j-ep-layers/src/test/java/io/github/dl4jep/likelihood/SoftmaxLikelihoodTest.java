package io.github.dl4jep.likelihood;

class SoftmaxLikelihoodTest extends ClassificationContractTest {

    @Override
    Likelihood likelihood() {
        return new SoftmaxLikelihood();
    }

    @Override
    Likelihood other() {
        return new CategoricalLikelihood();
    }

    @Override
    boolean oneOfMany() {
        return true;
    }
}
