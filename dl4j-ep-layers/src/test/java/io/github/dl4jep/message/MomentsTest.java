package io.github.dl4jep.message;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class MomentsTest {

    private final INDArray mean = Nd4j.createFromArray(new float[][] {{1, -2}});
    private final INDArray variance = Nd4j.createFromArray(new float[][] {{0.5f, 3}});
    private final INDArray secondMoment = Nd4j.createFromArray(new float[][] {{1.5f, 7}});

    /** Layers choose a formula by it, so it must not hang on who read the moments before. */
    @Test
    void whichSquaresTheyWereMadeWithDoesNotChange() {
        Moments moments = Moments.withSquares(mean, variance, null, secondMoment);
        assertThat(moments.hasSecondMomentOnly()).isTrue();
        assertThat(moments.squaredMean()).isEqualTo(mean.mul(mean));
        assertThat(moments.hasSecondMomentOnly()).isTrue();
        assertThat(moments.shapedAs(moments.shape()).hasSecondMomentOnly()).isTrue();
        Moments plain = new Moments(mean, variance);
        assertThat(plain.secondMoment()).isEqualTo(secondMoment);
        assertThat(plain.hasSecondMomentOnly()).isFalse();
        assertThat(Moments.withSquares(mean, variance, mean.mul(mean), secondMoment)
                        .hasSecondMomentOnly())
                .isFalse();
    }

    @Test
    void otherVariancesLeaveTheMeansAndTheirSquares() {
        Moments moments = new Moments(mean, variance);
        INDArray squares = moments.squaredMean();
        INDArray other = variance.mul(16);
        Moments changed = moments.withVariance(other);
        assertThat(changed.mean()).isSameAs(mean);
        assertThat(changed.variance()).isSameAs(other);
        assertThat(changed.squaredMean()).isSameAs(squares);
        assertThat(changed.secondMoment()).isEqualTo(mean.mul(mean).addi(other));
        assertThat(new Moments(mean, variance).withVariance(other).squaredMean())
                .isEqualTo(squares);
    }
}
