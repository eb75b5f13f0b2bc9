package io.github.dl4jep.spark;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;

class JointBatchesTest {

    /** As a pipeline that cuts sets gives them. */
    @Test
    void rowsOfAViewAreItsOwn() {
        INDArray x = Nd4j.arange(0, 120).castTo(DataType.FLOAT).reshape(20, 6);
        MultiDataSet view = ((DataSet) new DataSet(x, x).getRange(7, 20)).toMultiDataSet();
        for (long[] rows : new long[][] {{3, 4, 5}, {1, 4, 9}}) {
            INDArray some = JointBatches.rowsOf(view, rows).getFeatures(0);
            assertThat(some.rows()).isEqualTo(3);
            for (int i = 0; i < rows.length; i++) {
                assertThat(some.getDouble(i, 0)).isEqualTo(6.0 * (7 + rows[i]));
            }
        }
    }
}
