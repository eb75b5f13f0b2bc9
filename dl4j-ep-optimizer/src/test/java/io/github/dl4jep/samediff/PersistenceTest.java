package io.github.dl4jep.samediff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dl4jep.convert.EpOptions;
import io.github.dl4jep.toy.ToyData;
import io.github.dl4jep.weight.BinaryPrior;
import java.io.File;
import java.nio.file.Path;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.autodiff.listeners.checkpoint.CheckpointListener;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

class PersistenceTest {

    private final DataSet data = ToyData.threeClasses(96, 1);

    @TempDir
    private Path folder;

    private SameDiff saved(SameDiff sd) {
        File file = folder.resolve("graph.fb").toFile();
        sd.save(file, false);
        return SameDiff.load(file, false);
    }

    private static EpSameDiff fresh(SameDiff sd) {
        return EpSameDiff.of(sd, EpOptions.defaults(), 5);
    }

    @Test
    void trainingGoesOnFromAFile() {
        SameDiff straight = ToySameDiff.classifier();
        EpSameDiff whole = fresh(straight);
        whole.fit(ToyData.batches(data, 32), 3);
        SameDiff sd = ToySameDiff.classifier();
        fresh(sd).fit(ToyData.batches(data, 32), 1);
        SameDiff loaded = saved(sd);
        EpSameDiff again = EpSameDiff.of(loaded);
        again.fit(ToyData.batches(data, 32), 2);
        assertThat(again.network().params()).isEqualTo(whole.network().params());
        assertThat(again.network().getEpochCount()).isEqualTo(3);
        assertThat(loaded.getTrainingConfig().getEpochCount()).isEqualTo(3);
        assertThat(loaded.getVariable("w1").getArr())
                .isEqualTo(straight.getVariable("w1").getArr());
    }

    @Test
    void everyPriorIsKept() {
        SameDiff sd = ToySameDiff.classifier();
        EpOptions options =
                EpOptions.builder().hiddenWeightPrior(new BinaryPrior()).build();
        EpSameDiff ep = EpSameDiff.of(sd, options, 5);
        ep.fit(ToyData.batches(data, 32), 1);
        assertThat(sd.hasVariable(EpSameDiff.constantName("w0", "halfLogOdds"))).isTrue();
        assertThat(sd.hasVariable("ep/w0/inputMean")).isTrue();
        EpSameDiff again = EpSameDiff.of(saved(sd));
        assertThat(again.network().params()).isEqualTo(ep.network().params());
        assertThat(again.predict(data.getFeatures()).mean())
                .isEqualTo(ep.predict(data.getFeatures()).mean());
    }

    @Test
    void aCheckpointTrainsOn() {
        SameDiff sd = ToySameDiff.classifier();
        CheckpointListener listener =
                CheckpointListener.builder(folder.toFile()).saveEveryNEpochs(1).build();
        fresh(sd).fit(ToyData.batches(data, 32), 2, listener);
        EpSameDiff restored = EpSameDiff.of(listener.loadCheckpoint(0, false));
        restored.fit(ToyData.batches(data, 32), 1);
        INDArray expected = EpSameDiff.of(sd).network().params();
        assertThat(restored.network().params()).isEqualTo(expected);
    }

    @Test
    void aPosteriorOfAnotherGraphIsRefused() {
        SameDiff sd = ToySameDiff.classifier();
        fresh(sd).fit(ToyData.batches(data, 32), 1);
        sd.setArrayForVariable("ep/w0/precision", Nd4j.ones(2, 2));
        assertThatThrownBy(() -> EpSameDiff.of(sd))
                .isInstanceOf(DL4JInvalidConfigException.class)
                .hasMessageContaining("\"ep/w0/precision\" has shape [2, 2]")
                .hasMessageContaining("needed are 24 numbers");
        assertThat(fresh(sd)).isNotNull();
    }
}
