package io.github.dl4jep.recurrent;

import io.github.dl4jep.message.Moments;
import io.github.dl4jep.unit.LogisticUnit;
import io.github.dl4jep.unit.Unit;
import io.github.dl4jep.unit.UnitMoments;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A unit on Java arrays. */
final class CellUnit {

    private final Unit unit;

    CellUnit(Unit unit) {
        this.unit = unit;
    }

    /** Replaces moments of the potential by those of the activation, in [from, to). */
    void moments(float[] mean, float[] variance, float[] gain, int from, int to) {
        if (unit instanceof LogisticUnit logistic) {
            logistic.moments(mean, variance, gain, from, to);
            return;
        }
        UnitMoments activation = unit.moments(new Moments(row(mean, from, to), row(variance, from, to)));
        put(activation.moments().mean(), mean, from);
        put(activation.moments().variance(), variance, from);
        if (activation.gain() == null) {
            Arrays.fill(gain, from, to, 1);
        } else {
            put(activation.gain(), gain, from);
        }
    }

    /** Replaces potentials by activations, in [from, to). */
    void values(float[] potentials, int from, int to) {
        put(unit.activate(row(potentials, from, to)), potentials, from);
    }

    private static INDArray row(float[] values, int from, int to) {
        return Nd4j.createFromArray(Arrays.copyOfRange(values, from, to)).reshape(1, (long) to - from);
    }

    private static void put(@Nullable INDArray row, float[] values, int from) {
        if (row != null) {
            float[] all = row.dup('c').data().asFloat();
            System.arraycopy(all, 0, values, from, all.length);
        }
    }
}
