package io.github.dl4jep.convert;

import io.github.dl4jep.file.WholeFile;
import io.github.dl4jep.network.EpComputationGraph;
import java.io.File;
import java.io.IOException;
import org.deeplearning4j.earlystopping.saver.LocalFileGraphSaver;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;

/** {@link EpModelSaver} for graphs; its files are {@code bestGraph.bin} and {@code latestGraph.bin}. */
public class EpGraphSaver extends LocalFileGraphSaver {

    private static final long serialVersionUID = 1L;

    /** Where the files are. */
    private final File folder;

    /**
     * A saver.
     *
     * @param folder where to; made if it is not there
     */
    public EpGraphSaver(File folder) {
        super(folder.getAbsolutePath());
        this.folder = folder;
    }

    @Override
    public void saveBestModel(ComputationGraph network, double score) throws IOException {
        WholeFile.write(
                folder.toPath().resolve("bestGraph.bin"), out -> ModelSerializer.writeModel(network, out, true));
    }

    @Override
    public void saveLatestModel(ComputationGraph network, double score) throws IOException {
        WholeFile.write(
                folder.toPath().resolve("latestGraph.bin"), out -> ModelSerializer.writeModel(network, out, true));
    }

    @Override
    public EpComputationGraph getBestModel() throws IOException {
        return EpNetworks.load(new File(folder, "bestGraph.bin"), EpComputationGraph.class);
    }

    @Override
    public EpComputationGraph getLatestModel() throws IOException {
        return EpNetworks.load(new File(folder, "latestGraph.bin"), EpComputationGraph.class);
    }
}
