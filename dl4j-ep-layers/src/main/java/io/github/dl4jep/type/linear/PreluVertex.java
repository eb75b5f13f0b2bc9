package io.github.dl4jep.type.linear;

import io.github.dl4jep.array.Rows;
import io.github.dl4jep.linear.LinearFactor;
import io.github.dl4jep.linear.PositionSample;
import io.github.dl4jep.message.BackwardMessage;
import io.github.dl4jep.message.BatchCovariance;
import io.github.dl4jep.message.ExampleShape;
import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.unit.ReluUnit;
import io.github.dl4jep.unit.Unit;
import io.github.dl4jep.unit.UnitMoments;
import io.github.dl4jep.vertex.Learner;
import io.github.dl4jep.vertex.LinearMap;
import io.github.dl4jep.vertex.ParameterKey;
import io.github.dl4jep.vertex.Sites;
import io.github.dl4jep.weight.WeightMoments;
import io.github.dl4jep.weight.WeightPosterior;
import io.github.dl4jep.weight.WeightSite;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * \( y = \max(u, 0) + \alpha \min(u, 0) \) with learned slopes of a normal posterior.
 *
 * <p>With mean a, variance s and gain D of \( \max(u, 0) \), the same \( a', s', D' \) of \( \max(-u, 0) \), and \( m, S \) of the slope,
 * one of the two parts being 0: mean \( a - m a' \), variance \( s + (m^2 + S) s' + S a'^2 + 2 m a a' \), gain \( D + m D' \); exact for
 * normal u. To the slope go \( -a' z \) and \( (s' + a'^2) G \), to the input \( (D + m D') z \) and
 * \( ((D + m D')^2 + S D'^2) G \). Own.
 */
final class PreluVertex implements LinearMap {

    private static final Unit RELU = new ReluUnit();

    private final Supplier<String> place;
    private final Supplier<WeightPosterior> slopes;
    private final Function<ExampleShape, int[]> slopeOfColumn;

    /**
     * Learned slopes.
     *
     * @param place the layer's name and index, for messages
     * @param slopes the current posterior, [1, slopes]
     * @param slopeOfColumn which slope each element of an example of some shape has
     */
    PreluVertex(Supplier<String> place, Supplier<WeightPosterior> slopes, Function<ExampleShape, int[]> slopeOfColumn) {
        this.place = place;
        this.slopes = slopes;
        this.slopeOfColumn = slopeOfColumn;
    }

    private ParameterKey key() {
        return new ParameterKey(place.get(), PreluType.SLOPES);
    }

    /** Both parts of an activation, and the slope at each element. */
    private static final class Parts {

        private final ExampleShape shape;
        private final UnitMoments above;
        private final UnitMoments below;
        private final INDArray mean;
        private final INDArray variance;

        Parts(Moments input, WeightMoments slopes, int[] of) {
            this.shape = input.shape();
            INDArray u = input.mean();
            INDArray v = input.variance();
            this.above = RELU.moments(new Moments(u, v));
            this.below = RELU.moments(new Moments(u.neg(), v));
            this.mean = slopes.mean().getColumns(of);
            this.variance = slopes.variance().getColumns(of);
        }

        INDArray a() {
            return above.moments().mean();
        }

        INDArray b() {
            return below.moments().mean();
        }

        Moments output() {
            INDArray y = a().sub(b().mulRowVector(mean));
            INDArray spread = b().mul(b()).muliRowVector(variance);
            INDArray s = above.moments().variance();
            INDArray t = below.moments().variance();
            if (s != null && t != null) {
                spread.addi(s)
                        .addi(t.mulRowVector(mean.mul(mean).addi(variance)))
                        .addi(a().mul(b()).muliRowVector(mean.mul(2)));
            }
            return new Moments(y, spread).shapedAs(shape);
        }

        /** Null for an observed input. */
        @Nullable
        INDArray gain() {
            INDArray up = above.gain();
            INDArray down = below.gain();
            return up == null || down == null ? null : up.add(down.mulRowVector(mean));
        }

        BatchCovariance covariance(BatchCovariance before) {
            BatchCovariance through = before.through(gain());
            if (through.steps() != null) {
                return through;
            }
            int positions = Math.toIntExact(shape.positions());
            int others = before.inducing().count(a().size(0));
            PositionSample sample = PositionSample.of(positions, others, positions);
            INDArray seen = sample.columns(b());
            long units = seen.columns();
            INDArray shared =
                    sample.columns(variance.dup('f')).reshape('f', units, 1).div(units);
            return LinearFactor.covarianceOfPreActivation(
                    seen,
                    through.ofUnits(sample::columns),
                    shared,
                    Nd4j.valueArrayOf(new long[] {units, 1}, 1.0 / units, seen.dataType()),
                    null);
        }

        @Nullable
        BackwardMessage toInput(BackwardMessage message) {
            INDArray gain = gain();
            INDArray down = below.gain();
            if (gain == null || down == null) {
                return null;
            }
            INDArray square = down.mul(down).muliRowVector(variance).addi(gain.mul(gain));
            return new BackwardMessage(gain.mul(message.shift()), square.muli(message.curvature()));
        }

        WeightSite toSlopes(BackwardMessage message, int[] of, long count) {
            return new WeightSite(
                    summed(b().mul(message.shift()).sum(true, 0).negi(), of, count),
                    summed(
                            below.moments()
                                    .secondMoment()
                                    .mul(message.curvature())
                                    .sum(true, 0),
                            of,
                            count));
        }

        private static INDArray summed(INDArray ofColumns, int[] of, long count) {
            double[] sums = new double[Math.toIntExact(count)];
            double[] columns = Rows.columns(ofColumns);
            for (int i = 0; i < columns.length; i++) {
                sums[of[i]] += columns[i];
            }
            return Rows.matrix(sums, 1, sums.length, ofColumns.dataType());
        }
    }

    @Override
    public Pass forward(List<ForwardMessage> inputs, Sites pending) {
        ForwardMessage message = inputs.get(0);
        int[] of = slopeOfColumn.apply(message.moments().shape());
        WeightMoments moments = slopes.get().moments(pending.site(key()));
        Parts parts = new Parts(message.moments(), moments, of);
        return new Pass(
                new ForwardMessage(parts.output(), parts.covariance(message.covariance())),
                back -> Answer.of(
                        parts.toInput(back),
                        Sites.of(key(), parts.toSlopes(back, of, moments.mean().length()))));
    }

    @Override
    public Moments predict(List<Moments> inputs) {
        Moments input = inputs.get(0);
        return new Parts(input, slopes.get().predictiveMoments(), slopeOfColumn.apply(input.shape())).output();
    }

    @Override
    public Moments sample(List<Moments> values) {
        return plain(values.get(0), slopes.get().sample());
    }

    @Override
    public Moments point(Moments values) {
        return plain(values, slopes.get().mode());
    }

    private Moments plain(Moments values, INDArray of) {
        INDArray u = values.mean();
        INDArray below = RELU.activate(u.neg());
        INDArray slope = of.getColumns(slopeOfColumn.apply(values.shape()));
        return Moments.pointMass(RELU.activate(u.dup()).subi(below.muliRowVector(slope)))
                .shapedAs(values.shape());
    }

    @Override
    public boolean heedsMask(Moments input) {
        return true;
    }

    @Override
    public String describe() {
        return place.get();
    }

    @Override
    public Map<ParameterKey, Learner> learners() {
        return Map.of(key(), Learner.of(key(), slopes));
    }
}
