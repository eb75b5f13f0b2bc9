package io.github.dl4jep.engine;

import io.github.dl4jep.message.Moments;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Mean and variance of draws, without keeping them: Welford's update, which does not cancel where the mean is large. */
final class RunningMoments {

    private final INDArray mean;
    private final INDArray squares;
    private int count = 1;

    /** Starts with one draw, which becomes the mean array. */
    RunningMoments(INDArray first) {
        this.mean = first;
        this.squares = first.ulike();
        squares.assign(0);
    }

    void add(INDArray next) {
        INDArray deviation = next.subi(mean);
        squares.addi(deviation.mul(deviation).muli((double) count / (count + 1)));
        count++;
        mean.addi(deviation.divi(count));
    }

    /** Mean and unbiased variance; two draws or more. */
    Moments moments() {
        return new Moments(mean, squares.divi(count - 1));
    }
}
