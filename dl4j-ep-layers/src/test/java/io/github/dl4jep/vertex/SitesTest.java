package io.github.dl4jep.vertex;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dl4jep.learned.Statistic;
import io.github.dl4jep.weight.WeightSite;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class SitesTest {

    private static final ParameterKey W = new ParameterKey("layer \"a\" (index 0)", "W");
    private static final ParameterKey B = new ParameterKey("layer \"a\" (index 0)", "b");
    private static final ParameterKey NOISE = new ParameterKey("layer \"out\" (index 1)", "noiseVariance");

    private final WeightSite site = site(1);
    private final WeightSite withoutPrecision = new WeightSite(Nd4j.rand(DataType.FLOAT, 1, 2), null);
    private final Statistic statistic = Statistic.of(new double[] {3, 4}, new double[] {2, 0});
    private final Sites all =
            Sites.of(W, site).plus(Sites.of(B, withoutPrecision)).plus(Sites.of(NOISE, statistic));

    private static WeightSite site(double factor) {
        INDArray shift =
                Nd4j.createFromArray(new float[][] {{1, 2}, {3, 4}, {5, 6}}).dup('f');
        return new WeightSite(shift.mul(factor), shift.mul(10 * factor));
    }

    @Test
    void sitesOfOneArrayAddUpAndOthersStay() {
        Sites sum = all.plus(Sites.of(W, site(2)).plus(Sites.of(NOISE, statistic)));
        assertThat(sum.site(W).shift()).isEqualTo(site.shift().mul(3));
        assertThat(sum.site(W).precision()).isEqualTo(site.precision().mul(3));
        assertThat(sum.site(B)).isSameAs(withoutPrecision);
        assertThat(sum.statistic(NOISE).sum()).containsExactly(6, 8);
        assertThat(sum.statistic(NOISE).count()).containsExactly(4, 0);
        assertThat(all.site(W)).as("a sum changes no part of it").isEqualTo(site(1));
        assertThat(Sites.NONE.plus(all)).isSameAs(all);
        assertThat(all.plus(Sites.NONE)).isSameAs(all);
        assertThat(sum.keys()).containsExactlyInAnyOrder(W, B, NOISE);
    }

    @Test
    void aSiteWithoutPrecisionCannotBeAddedToOneWithIt() {
        assertThatThrownBy(() -> all.plus(Sites.of(W, new WeightSite(site.shift(), null))))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("a site without precision");
    }

    @Test
    void aLaterSweepReplacesWhatItSaysAgain() {
        Sites later = Sites.of(W, site(5)).orEarlier(all);
        assertThat(later.site(W)).isEqualTo(site(5));
        assertThat(later.statistic(NOISE)).isSameAs(statistic);
    }

    @Test
    void whatIsNotFiniteIsNamed() {
        assertThat(all.areFinite()).isTrue();
        INDArray nan = site.shift().dup('f');
        nan.putScalar(2, 1, Float.NaN);
        Sites bad = all.plus(Sites.of(
                        B, new WeightSite(Nd4j.createFromArray(new float[][] {{1, Float.POSITIVE_INFINITY}}), null)))
                .plus(Sites.of(W, new WeightSite(nan, site.precision())));
        assertThat(bad.areFinite()).isFalse();
        assertThat(bad.notFinite(List.of(NOISE, W, B))).contains(W);
        assertThat(bad.notFinite(List.of(B, W))).contains(B);
        assertThat(bad.notFinite(List.of(NOISE))).isEmpty();
        assertThat(W).hasToString("W of layer \"a\" (index 0)");
        assertThat(Sites.of(NOISE, Statistic.of(new double[] {1}, new double[] {Double.NaN}))
                        .areFinite())
                .isFalse();
    }

    @Test
    void frozenArraysAreLeftOut() {
        Sites rest = all.without(key -> key.place().contains("index 0"));
        assertThat(rest.keys()).containsExactly(NOISE);
        assertThat(all.keys()).hasSize(3);
    }

    @Test
    void bytesGiveTheSameSites() throws IOException, ClassNotFoundException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(all.detached());
        }
        Sites read;
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            read = (Sites) in.readObject();
        }
        assertThat(read.keys()).isEqualTo(all.keys());
        assertThat(read.site(W)).isEqualTo(site);
        assertThat(read.site(B).precision()).isNull();
        assertThat(read.statistic(NOISE)).isEqualTo(statistic);
        assertThat(read.plus(all).site(W).shift()).isEqualTo(site.shift().mul(2));
    }
}
