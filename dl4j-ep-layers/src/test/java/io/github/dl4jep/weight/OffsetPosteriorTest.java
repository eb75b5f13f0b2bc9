package io.github.dl4jep.weight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class OffsetPosteriorTest {

    private final WeightPosterior own = gaussian();
    private final WeightPosterior other = gaussian();
    private final WeightPosterior sum = new OffsetPosterior(own, other);

    private static WeightPosterior gaussian() {
        return gaussian(DataType.DOUBLE);
    }

    private static WeightPosterior gaussian(DataType type) {
        Map<String, INDArray> parameters = new LinkedHashMap<>();
        GaussianPrior prior = new GaussianPrior();
        for (String name : prior.parameterNames()) {
            parameters.put(
                    name,
                    name.equals(GaussianPrior.COUNTED)
                            ? Nd4j.ones(type, 1, 1)
                            : Nd4j.rand(type, 4, 3).addi(1).dup('f'));
        }
        return prior.posterior(parameters, new PriorScale(4, 1));
    }

    @Test
    void meansAddUpAndVariancesAreTheOwnPartsAlone() {
        assertThat(sum.moments(null).mean())
                .isEqualTo(own.moments(null).mean().add(other.moments(null).mean()));
        assertThat(sum.moments(null).variance()).isEqualTo(own.moments(null).variance());
        assertThat(sum.predictiveMoments().mean())
                .isEqualTo(own.predictiveMean().add(other.predictiveMean()));
        assertThat(sum.predictiveMean()).isEqualTo(sum.predictiveMoments().mean());
        assertThat(sum.mode()).isEqualTo(own.mode().add(other.mode()));
        assertThat(sum.shape()).containsExactly(4, 3);
    }

    /** The fused loops of floats against the plain operations. */
    @Test
    void momentsOfFloatsAreThoseOfTheSum() {
        WeightPosterior ownFloats = gaussian(DataType.FLOAT);
        WeightPosterior otherFloats = gaussian(DataType.FLOAT);
        WeightMoments moments = new OffsetPosterior(ownFloats, otherFloats).moments(null);
        WeightMoments expected = WeightMoments.plain(
                ownFloats.moments(null).mean().add(otherFloats.moments(null).mean()),
                ownFloats.moments(null).variance());
        assertThat(moments.mean()).isEqualTo(expected.mean());
        assertThat(moments.variance()).isEqualTo(expected.variance());
        assertThat(moments.secondMoment()).isEqualTo(expected.secondMoment());
        assertThat(moments.unitMeanVariance()
                        .sub(expected.unitMeanVariance())
                        .amaxNumber()
                        .doubleValue())
                .isCloseTo(0, within(1e-6));
        assertThat(moments.unitMeanSquaredMean()
                        .sub(expected.unitMeanSquaredMean())
                        .amaxNumber()
                        .doubleValue())
                .isCloseTo(0, within(1e-6));
        assertThat(otherFloats.mean()).isEqualTo(otherFloats.moments(null).mean());
    }

    @Test
    void aBiasHasTheSameMeanAndVariance() {
        for (DataType type : new DataType[] {DataType.FLOAT, DataType.DOUBLE}) {
            WeightPosterior known = gaussian(type);
            WeightPosterior learning = gaussian(type);
            INDArray before = known.predictiveMean();
            for (WeightPosterior bias : new WeightPosterior[] {learning, new OffsetPosterior(learning, known)}) {
                WeightMoments moments = bias.momentsOfBias(null);
                assertThat(moments.mean()).isEqualTo(bias.moments(null).mean());
                assertThat(moments.variance()).isEqualTo(bias.moments(null).variance());
                WeightMoments predictive = bias.predictiveMomentsOfBias();
                assertThat(predictive.mean()).isEqualTo(bias.predictiveMoments().mean());
                assertThat(predictive.variance())
                        .isEqualTo(bias.predictiveMoments().variance());
                WeightSite pending = new WeightSite(Nd4j.rand(type, 4, 3).dup('f'), Nd4j.rand(type, 4, 3));
                assertThat(bias.momentsOfBias(pending).mean())
                        .isEqualTo(bias.moments(pending).mean());
                predictive.mean().assign(7);
            }
            assertThat(known.predictiveMean()).as("the posterior's own array").isEqualTo(before);
        }
    }

    @Test
    void onlyTheOwnPartLearns() {
        INDArray others = other.moments(null).mean();
        INDArray before = sum.moments(null).mean();
        WeightSite site = new WeightSite(Nd4j.ones(DataType.DOUBLE, 4, 3), Nd4j.ones(DataType.DOUBLE, 4, 3));
        INDArray expected = before.add(own.moments(null).variance());
        sum.update(site, new SiteStep(1, 1, 1));
        assertThat(other.moments(null).mean()).isEqualTo(others);
        assertThat(sum.moments(null).mean().sub(expected).amaxNumber().doubleValue())
                .isCloseTo(0, within(1e-12));
    }

    @Test
    void aDrawIsOneOfTheOwnPart() {
        INDArray squares = Nd4j.zeros(DataType.DOUBLE, 4, 3);
        int draws = 4000;
        for (int draw = 0; draw < draws; draw++) {
            INDArray deviation = sum.sample().subi(sum.predictiveMean());
            squares.addi(deviation.mul(deviation));
        }
        INDArray expected = own.moments(null).variance();
        // The mean over 12 weights of a chi-square of 4,000 draws: five standard errors are 3.3 %.
        assertThat(squares.div(draws).divi(expected).meanNumber().doubleValue()).isCloseTo(1, within(0.033));
    }
}
