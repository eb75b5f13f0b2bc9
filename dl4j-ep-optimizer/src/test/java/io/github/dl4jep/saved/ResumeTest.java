package io.github.dl4jep.saved;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jep.convert.EpNetworks;
import io.github.dl4jep.network.EpNetwork;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.file.Path;
import java.util.List;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.dataset.DataSet;

/** Stopped after any batch, restored and trained on: the bits of the network that was never stopped. */
class ResumeTest {

    private static final int PASSES = 2;

    @TempDir
    private Path folder;

    private static List<SavedCase> cases() {
        return SavedCase.all();
    }

    /** A way to leave the program and come back. */
    private interface Interruption {
        EpNetwork through(SavedCase each, EpNetwork network) throws IOException, ClassNotFoundException;
    }

    @ParameterizedTest
    @MethodSource("cases")
    void fromAFile(SavedCase each) throws IOException, ClassNotFoundException {
        requireSameBits(each, this::file);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void fromAClone(SavedCase each) throws IOException, ClassNotFoundException {
        requireSameBits(each, (unused, network) -> network.clone());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void fromASerializedObject(SavedCase each) throws IOException, ClassNotFoundException {
        requireSameBits(each, (unused, network) -> serialized(network));
    }

    private EpNetwork file(SavedCase each, EpNetwork network) throws IOException {
        File file = folder.resolve(each.name() + ".zip").toFile();
        ModelSerializer.writeModel(network, file, false);
        return EpNetworks.load(file);
    }

    private static EpNetwork serialized(EpNetwork network) throws IOException, ClassNotFoundException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(network);
        }
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            return (EpNetwork) in.readObject();
        }
    }

    /** Interrupts one network after every batch, the other never. */
    private static void requireSameBits(SavedCase each, Interruption interruption)
            throws IOException, ClassNotFoundException {
        EpNetwork whole = each.network().get();
        EpNetwork interrupted = each.network().get();
        for (int pass = 0; pass < PASSES; pass++) {
            for (DataSet batch : each.data().batchBy(SavedCase.BATCH)) {
                whole.fit(batch);
                interrupted.fit(batch);
                interrupted = interruption.through(each, interrupted);
                assertThat(interrupted.params()).isEqualTo(whole.params());
            }
            whole.incrementEpochCount();
            interrupted.incrementEpochCount();
            interrupted = interruption.through(each, interrupted);
        }
        assertThat(interrupted).isEqualTo(whole).isNotSameAs(whole);
        assertThat(interrupted.getIterationCount()).isEqualTo(10);
    }
}
