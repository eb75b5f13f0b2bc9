package io.github.dl4jep.array;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

class FusedLoopTest {

    private static final FusedLoop.Formula SUM_AND_PRODUCT = (in, out, count, start, block) -> {
        for (int i = 0; i < count; i++) {
            out[0][i] = in[0][i] + in[1][i];
            out[1][i] = in[0][i] * in[1][i];
        }
    };

    /** Below, at and above a chunk (2048) and the limit from which chunks run in parallel (32768). */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 2047, 2048, 2049, 32767, 32768, 100_003})
    void computesEveryElementOnce(int length) {
        INDArray a = Nd4j.linspace(DataType.FLOAT, -2, 1e-3, length);
        INDArray b = Nd4j.linspace(DataType.FLOAT, 3, 2e-3, length);
        INDArray sum = a.ulike();
        INDArray product = a.ulike();
        FusedLoop.run(SUM_AND_PRODUCT, new INDArray[] {a, b}, new INDArray[] {sum, product});
        assertThat(sum).isEqualTo(a.add(b));
        assertThat(product).isEqualTo(a.mul(b));
    }

    @Test
    void inputsMayBeOutputs() {
        INDArray a = Nd4j.linspace(DataType.FLOAT, -2, 1e-3, 5000);
        INDArray b = Nd4j.linspace(DataType.FLOAT, 3, 2e-3, 5000);
        INDArray sum = a.add(b);
        INDArray product = a.mul(b);
        FusedLoop.run(SUM_AND_PRODUCT, new INDArray[] {a, b}, new INDArray[] {a, b});
        assertThat(a).isEqualTo(sum);
        assertThat(b).isEqualTo(product);
    }

    /** A layer's parameters are such views: they start anywhere in the flat vector. */
    @Test
    void viewsWithAnOffsetAreReadAndWrittenWhereTheyAre() {
        INDArray flat = Nd4j.arange(40).castTo(DataType.FLOAT);
        INDArray a = flat.get(NDArrayIndex.interval(5, 17)).reshape('f', 3, 4);
        INDArray b = flat.get(NDArrayIndex.interval(20, 32)).reshape('f', 3, 4);
        INDArray before = flat.dup();
        INDArray sum = a.add(b);
        INDArray product = a.mul(b);
        assertThat(FusedLoop.accepts(a, b)).isTrue();
        FusedLoop.run(SUM_AND_PRODUCT, new INDArray[] {a, b}, new INDArray[] {a, b});
        assertThat(a).isEqualTo(sum);
        assertThat(b).isEqualTo(product);
        for (int i : new int[] {0, 4, 17, 19, 32, 39}) {
            assertThat(flat.getFloat(i)).as("element %s, outside both views", i).isEqualTo(before.getFloat(i));
        }
    }

    /** Floats of one order go through loops, all others through ND4J. */
    @ParameterizedTest
    @CsvSource({"FLOAT,f,f", "FLOAT,c,c", "FLOAT,c,f", "DOUBLE,f,f"})
    void sumsAndProductsAreThoseOfNd4j(String type, char orderOfA, char orderOfB) {
        DataType dataType = DataType.valueOf(type);
        INDArray a = Nd4j.rand(DataType.FLOAT, 7, 5).castTo(dataType).dup(orderOfA);
        INDArray b = Nd4j.rand(DataType.FLOAT, 7, 5).castTo(dataType).dup(orderOfB);
        INDArray before = a.dup(orderOfA);
        assertThat(FusedLoop.sum(a, b)).isEqualTo(a.add(b));
        assertThat(FusedLoop.product(a, b)).isEqualTo(a.mul(b));
        assertThat(FusedLoop.times(a, 0.3)).isEqualTo(a.mul(0.3));
        assertThat(FusedLoop.quotient(a, 0.3)).isEqualTo(a.div(0.3));
        assertThat(a).isEqualTo(before);
        INDArray sum = a.dup(orderOfA);
        assertThat(FusedLoop.addTo(sum, b)).isSameAs(sum).isEqualTo(a.add(b));
        INDArray more = a.dup(orderOfA);
        assertThat(FusedLoop.addTo(more, 0.3)).isSameAs(more).isEqualTo(a.add(0.3));
        INDArray product = a.dup(orderOfA);
        assertThat(FusedLoop.multiplyBy(product, b)).isSameAs(product).isEqualTo(a.mul(b));
    }

    @ParameterizedTest
    @ValueSource(chars = {'c', 'f'})
    void matricesOfEitherOrdering(char order) {
        INDArray a = Nd4j.linspace(DataType.FLOAT, -2, 0.1, 30).reshape(5, 6).dup(order);
        INDArray b = a.mul(2).addi(1).dup(order);
        INDArray sum = a.ulike();
        INDArray product = a.ulike();
        FusedLoop.run(SUM_AND_PRODUCT, new INDArray[] {a, b}, new INDArray[] {sum, product});
        assertThat(sum).isEqualTo(a.add(b));
        assertThat(product).isEqualTo(a.mul(b));
    }

    @Test
    void acceptsDenseFloatArraysOfOneOrderingOnly() {
        INDArray c = Nd4j.create(DataType.FLOAT, 4, 6);
        INDArray f = c.dup('f');
        assertThat(FusedLoop.accepts(c, c.dup())).isTrue();
        assertThat(FusedLoop.accepts(f, f.dup('f'))).isTrue();
        assertThat(FusedLoop.accepts(c, f)).as("two orderings").isFalse();
        assertThat(FusedLoop.accepts(c, c.castTo(DataType.DOUBLE))).as("double").isFalse();
        assertThat(FusedLoop.accepts(c, Nd4j.create(DataType.FLOAT, 6, 4)))
                .as("another shape")
                .isFalse();
        INDArray part = c.get(NDArrayIndex.all(), NDArrayIndex.interval(1, 4));
        assertThat(FusedLoop.accepts(part, part)).as("rows with gaps").isFalse();
        assertThat(FusedLoop.accepts(c.getColumn(1), c.getColumn(2)))
                .as("elements with gaps")
                .isFalse();
        assertThat(FusedLoop.accepts(c.getRow(1), c.getRow(2))).as("whole rows").isTrue();
        INDArray row = Nd4j.create(DataType.FLOAT, 1, 6);
        assertThat(FusedLoop.accepts(row.dup('c'), row.dup('f')))
                .as("a vector has no ordering")
                .isTrue();
    }

    @Test
    void rejectsOthers() {
        INDArray c = Nd4j.create(DataType.FLOAT, 4, 6);
        INDArray[] inputs = {c, c};
        INDArray[] outputs = {c.dup('f'), c.dup('f')};
        assertThatThrownBy(() -> FusedLoop.run(SUM_AND_PRODUCT, inputs, outputs))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Arrays of a fused loop must be FLOAT, equally shaped, dense and of one ordering; use the"
                        + " plain operations for others");
    }
}
