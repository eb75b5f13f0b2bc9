package io.github.dl4jep.engine;

import io.github.dl4jep.message.Moments;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Output potentials under several draws of the weights. A draw gives those of every output, [minibatch, outputs] each. */
final class PotentialDraws {

    private PotentialDraws() {}

    /** All draws: for each output [draws, minibatch, outputs]. */
    static List<INDArray> stacked(int draws, Supplier<List<Moments>> draw) {
        List<List<Moments>> drawn = new ArrayList<>();
        for (int i = 0; i < draws; i++) {
            drawn.add(draw.get());
        }
        List<INDArray> stacked = new ArrayList<>();
        for (int i = 0; i < drawn.get(0).size(); i++) {
            int output = i;
            stacked.add(Nd4j.stack(
                    0, drawn.stream().map(each -> each.get(output).mean()).toArray(INDArray[]::new)));
        }
        return stacked;
    }

    /** Mean and unbiased variance of each output over two draws or more, shaped as a draw. */
    static List<Moments> moments(int draws, Supplier<List<Moments>> draw) {
        List<Moments> first = draw.get();
        List<Running> running =
                first.stream().map(values -> new Running(values.mean())).toList();
        for (int i = 1; i < draws; i++) {
            List<Moments> next = draw.get();
            for (int output = 0; output < next.size(); output++) {
                running.get(output).add(next.get(output).mean());
            }
        }
        List<Moments> moments = new ArrayList<>();
        for (int i = 0; i < first.size(); i++) {
            moments.add(running.get(i).moments().shapedAs(first.get(i).shape()));
        }
        return moments;
    }

    /** Mean and variance of draws, without keeping them: Welford's update, which does not cancel where the mean is large. */
    private static final class Running {

        private final INDArray mean;
        private final INDArray squares;
        private int count = 1;

        /** Starts with one draw, which becomes the mean array. */
        Running(INDArray first) {
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

        Moments moments() {
            return new Moments(mean, squares.divi(count - 1));
        }
    }
}
