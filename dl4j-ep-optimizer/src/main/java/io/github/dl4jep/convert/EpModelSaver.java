package io.github.dl4jep.convert;

import io.github.dl4jep.file.WholeFile;
import io.github.dl4jep.network.EpMultiLayerNetwork;
import java.io.File;
import java.io.IOException;
import org.deeplearning4j.earlystopping.saver.LocalFileModelSaver;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;

/**
 * DL4J's {@link LocalFileModelSaver} for early stopping, with networks that train on: DL4J's own reads files back as plain networks,
 * which predict as the point network and refuse to train. The files are the same, {@code bestModel.bin} and {@code latestModel.bin}.
 */
public class EpModelSaver extends LocalFileModelSaver {

    private static final long serialVersionUID = 1L;

    /** Where the files are. */
    private final File folder;

    /**
     * A saver.
     *
     * @param folder where to; made if it is not there
     */
    public EpModelSaver(File folder) {
        super(folder);
        this.folder = folder;
    }

    @Override
    public void saveBestModel(MultiLayerNetwork network, double score) throws IOException {
        WholeFile.write(
                folder.toPath().resolve("bestModel.bin"), out -> ModelSerializer.writeModel(network, out, true));
    }

    @Override
    public void saveLatestModel(MultiLayerNetwork network, double score) throws IOException {
        WholeFile.write(
                folder.toPath().resolve("latestModel.bin"), out -> ModelSerializer.writeModel(network, out, true));
    }

    @Override
    public EpMultiLayerNetwork getBestModel() throws IOException {
        return EpNetworks.load(new File(folder, "bestModel.bin"), EpMultiLayerNetwork.class);
    }

    @Override
    public EpMultiLayerNetwork getLatestModel() throws IOException {
        return EpNetworks.load(new File(folder, "latestModel.bin"), EpMultiLayerNetwork.class);
    }
}
