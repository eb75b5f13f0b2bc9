package io.github.dl4jep.weight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.message.BackwardMessage;
import io.github.dl4jep.message.BatchCovariance;
import io.github.dl4jep.message.Moments;
import java.util.Map;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.shade.jackson.databind.ObjectMapper;

/** The small values of the package: ranges, shapes, JSON. */
class DistributionValuesTest {

    @Test
    void gaussianPriorTravelsInJsonAndYaml() throws Exception {
        GaussianPrior prior = new GaussianPrior(0.3);
        for (ObjectMapper mapper : new ObjectMapper[] {
            NeuralNetConfiguration.mapper(), NeuralNetConfiguration.mapperYaml(), new ObjectMapper()
        }) {
            WeightPrior read = mapper.readValue(mapper.writeValueAsString(prior), WeightPrior.class);
            assertThat(read).isEqualTo(prior).hasSameHashCodeAs(prior);
            assertThat(((GaussianPrior) read).getScale()).isEqualTo(0.3);
        }
        assertThat(prior).isNotEqualTo(new GaussianPrior());
        assertThat(new GaussianPrior().getScale()).isEqualTo(0.5);
        assertThat(prior).hasToString("gaussian(scale=0.3)");
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, -1, Double.NaN, Double.POSITIVE_INFINITY})
    void priorScaleMustBePositive(double scale) {
        assertThatThrownBy(() -> new GaussianPrior(scale))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("prior scale is " + scale + ", allowed are positive finite numbers");
        assertThatThrownBy(() -> new PriorScale(3, scale))
                .hasMessage("gain is " + scale + ", allowed are positive finite numbers");
    }

    @Test
    void priorPrecisionIsFanInOverGainAndScale() {
        INDArray t = Nd4j.create(DataType.DOUBLE, 2, 3);
        Map<String, INDArray> parameters = Map.of(
                GaussianPrior.PRECISION, t,
                GaussianPrior.MEAN_TIMES_PRECISION, t.ulike(),
                GaussianPrior.AVERAGED_MEAN, t.ulike(),
                GaussianPrior.PRIOR_MEAN, t.ulike(),
                GaussianPrior.COUNTED, t.ulike());
        new GaussianPrior(0.5).posterior(parameters, new PriorScale(100, 2)).initialiseWeights();
        assertThat(t.toDoubleMatrix()[0]).containsOnly(new double[] {100 / (2 * 0.5)}, within(1e-12));
    }

    @Test
    void fanInIsAtLeastOne() {
        assertThatThrownBy(() -> new PriorScale(0, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("fanIn is 0, allowed is 1 and more");
    }

    @Test
    void missingParameterIsNamed() {
        assertThatThrownBy(() -> new GaussianPrior().posterior(Map.of(), new PriorScale(1, 1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("no parameter \"Precision\" among []: was the layer's configuration changed?");
    }

    @Test
    void stepOutsideItsRangesIsRejected() {
        assertThatThrownBy(() -> new SiteStep(1.1, 1, 1)).hasMessage("retention is 1.1, allowed is [0, 1]");
        assertThatThrownBy(() -> new SiteStep(Double.NaN, 1, 1)).hasMessage("retention is NaN, allowed is [0, 1]");
        assertThatThrownBy(() -> new SiteStep(1, -.1, 1)).hasMessage("averagingRate is -0.1, allowed is [0, 1]");
        assertThatThrownBy(() -> new SiteStep(1, 1, 0)).hasMessage("damping is 0.0, allowed is (0, 1]");
    }

    @Test
    void shapesMustAgree() {
        INDArray wide = Nd4j.create(2, 3);
        INDArray tall = Nd4j.create(3, 2);
        assertThatThrownBy(() -> new Moments(wide, tall))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("variance has shape [3, 2], but the mean has [2, 3]");
        assertThatThrownBy(() -> new BackwardMessage(wide, tall))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("curvature has shape [3, 2], but the shift has [2, 3]");
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
    void oneBadElementMakesASiteNotFinite(float bad) {
        INDArray good = Nd4j.ones(DataType.FLOAT, 30, 40);
        INDArray spoilt = good.dup();
        spoilt.putScalar(17, 23, bad);
        assertThat(new WeightSite(good, good).isFinite()).isTrue();
        assertThat(new WeightSite(spoilt, good).isFinite()).isFalse();
        assertThat(new WeightSite(good, spoilt).isFinite()).isFalse();
    }

    @Test
    void gainsOfUnitsInARowMultiply() {
        INDArray covariance = Nd4j.eye(2);
        INDArray two = Nd4j.valueArrayOf(2, 3, 2.0);
        BatchCovariance once = BatchCovariance.of(covariance).through(two);
        assertThat(once.gain()).isSameAs(two);
        assertThat(once.through(two).gain()).isEqualTo(Nd4j.valueArrayOf(2, 3, 4.0));
        assertThat(once.through(null)).isSameAs(once);
        assertThat(BatchCovariance.none().through(two)).isSameAs(BatchCovariance.none());
    }
}
