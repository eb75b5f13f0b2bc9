package io.github.dl4jep.convert;

import io.github.dl4jep.network.EpComputationGraph;
import java.io.File;
import java.io.IOException;
import org.deeplearning4j.earlystopping.saver.LocalFileGraphSaver;

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
    public EpComputationGraph getBestModel() throws IOException {
        return EpNetworks.load(new File(folder, "bestGraph.bin"), EpComputationGraph.class);
    }

    @Override
    public EpComputationGraph getLatestModel() throws IOException {
        return EpNetworks.load(new File(folder, "latestGraph.bin"), EpComputationGraph.class);
    }
}
