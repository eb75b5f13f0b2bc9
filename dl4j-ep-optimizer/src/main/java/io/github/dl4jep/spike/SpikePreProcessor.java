package io.github.dl4jep.spike;

import io.github.dl4jep.stock.SeededGenerator;
import java.util.Random;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.DataSet;
import org.nd4j.linalg.dataset.api.DataSetPreProcessor;

/**
 * Replaces the features of every batch by spikes: one time step of the code, drawn for each row by itself. EP and DL4J's own
 * trainers then learn from spikes.
 *
 * <pre>{@code
 * iterator.setPreProcessor(new SpikePreProcessor(new RateCode(), 25, 1));
 * network.fit(iterator, 2);
 * }</pre>
 *
 * <p>Draws depend on the seed and on the number of batches before, not on ND4J's generator: DL4J calls preprocessors from its
 * own thread. As every preprocessor of DL4J it changes the batch, so an iterator that keeps its batches instead of
 * copying shows the same spikes in each pass. Not for use by several threads at once.
 *
 * <p>Quality: Preview.
 */
public final class SpikePreProcessor implements DataSetPreProcessor {

    private static final long serialVersionUID = 1L;

    /** How intensities become spikes. */
    private final SpikeCode code;
    /** Time steps of the train that the steps are from. */
    private final int timeSteps;
    /** A seed for each batch. */
    private final Random seeds;

    /**
     * A preprocessor.
     *
     * @param code how intensities become spikes
     * @param timeSteps T of the train that the steps are from, at least 1
     * @param seed the seed
     * @throws IllegalArgumentException if T is less than 1
     */
    public SpikePreProcessor(SpikeCode code, int timeSteps, long seed) {
        TimeSteps.require(timeSteps);
        this.code = code;
        this.timeSteps = timeSteps;
        this.seeds = new Random(seed);
    }

    /**
     * Replaces features by spikes.
     *
     * @param batch features are intensities in [0, 1], [n, inputs] or [n, ...]
     * @throws org.deeplearning4j.exception.DL4JInvalidInputException if an intensity is outside [0, 1]
     */
    @Override
    public void preProcess(DataSet batch) {
        try (SeededGenerator generator = SeededGenerator.of(seeds.nextLong())) {
            INDArray spikes = code.randomStep(batch.getFeatures(), timeSteps);
            batch.setFeatures(spikes);
        }
    }
}
