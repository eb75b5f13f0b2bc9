package io.github.dl4jep.cli.definition;

import io.github.dl4jep.cli.failure.UserException;
import io.github.dl4jep.samediff.EpSameDiff;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.nd4j.autodiff.samediff.SameDiff;

/** A SameDiff graph in a file. Its checks and its size are those of the DL4J graph that it is read as. */
public final class SameDiffGraph implements Definition {
    private static final String SUFFIX = ".fb";

    private final Path file;
    private final Definition twin;
    private long seed;

    private SameDiffGraph(Path file, Definition twin, long seed) {
        this.file = file;
        this.twin = twin;
        this.seed = seed;
    }

    static boolean isNamed(String spec) {
        return spec.endsWith(SUFFIX);
    }

    /**
     * Reads a file that {@code SameDiff.save} wrote.
     *
     * @param file the file
     * @return the definition
     * @throws UserException if SameDiff cannot read it, or EP cannot train it
     */
    static SameDiffGraph read(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new UserException("There is no SameDiff file " + file.toAbsolutePath() + ".");
        }
        try {
            return new SameDiffGraph(file, Definition.of(EpSameDiff.definition(load(file), 0)), 0);
        } catch (DL4JInvalidConfigException e) {
            throw new UserException(
                    file.toAbsolutePath() + ": "
                            + String.valueOf(e.getMessage()).replace("\n - ", " ") + ".",
                    e);
        } catch (RuntimeException e) {
            throw new UserException(
                    file.toAbsolutePath() + " is no SameDiff graph that SameDiff.load can read ("
                            + UserException.reason(e) + ").",
                    e);
        }
    }

    private static SameDiff load(Path file) {
        return SameDiff.load(file.toFile(), false);
    }

    /**
     * A fresh copy of the graph.
     *
     * @return as it is in the file
     */
    public SameDiff graph() {
        return load(file);
    }

    /**
     * The seed of the prior means. SameDiff's own training begins with the arrays in the file.
     *
     * @return the seed
     */
    public long seed() {
        return seed;
    }

    @Override
    public List<Place> layers() {
        return twin.layers();
    }

    @Override
    public List<Place> outputs() {
        return twin.outputs();
    }

    @Override
    public List<Place> inputs() {
        return twin.inputs();
    }

    @Override
    public List<Place> pathFrom(Place layer) {
        return twin.pathFrom(layer);
    }

    @Override
    public Definition copy() {
        return new SameDiffGraph(file, twin.copy(), seed);
    }

    @Override
    public void setSeed(long seed) {
        this.seed = seed;
        twin.setSeed(seed);
    }

    @Override
    public StockNetwork network() {
        return twin.network();
    }

    @Override
    public <R> R map(
            Function<? super MultiLayerConfiguration, ? extends R> layers,
            Function<? super ComputationGraphConfiguration, ? extends R> graph) {
        return twin.map(layers, graph);
    }
}
