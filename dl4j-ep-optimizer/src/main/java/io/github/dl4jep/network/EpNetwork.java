package io.github.dl4jep.network;

import io.github.dl4jep.compact.CompactNetwork;
import io.github.dl4jep.conf.PassCounter;
import io.github.dl4jep.ensemble.PosteriorEnsemble;
import io.github.dl4jep.likelihood.Prediction;
import io.github.dl4jep.weight.WeightMoments;
import java.io.File;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.api.NeuralNetwork;
import org.deeplearning4j.nn.conf.BackpropType;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.dataset.api.iterator.MultiDataSetIterator;

/**
 * A network that is trained by expectation propagation: what {@link EpMultiLayerNetwork} and {@link EpComputationGraph} both do.
 *
 * <p>{@code fit}, {@code doEvaluation} and listeners are DL4J's; predictions have an uncertainty, and there is a posterior of all
 * weights instead of a gradient. {@link #predictor} serves any number of threads at once; all else is not thread-safe, as DL4J's
 * networks are not.
 */
public sealed interface EpNetwork extends Model, NeuralNetwork permits EpMultiLayerNetwork, EpComputationGraph {

    /**
     * Trains for several passes.
     *
     * @param batches the batches of a pass
     * @param passes number of passes, at least 1
     * @throws org.deeplearning4j.exception.DL4JInvalidInputException if the iterator gives no batch, or one that cannot be learned
     *     from; the posterior is then as it was before this batch
     */
    void fit(DataSetIterator batches, int passes);

    /**
     * Trains for several passes on batches with any number of inputs and outputs.
     *
     * @param batches the batches of a pass
     * @param passes number of passes, at least 1
     * @throws org.deeplearning4j.exception.DL4JInvalidInputException if the iterator gives no batch, or one that cannot be learned
     *     from; the posterior is then as it was before this batch
     */
    void fit(MultiDataSetIterator batches, int passes);

    /**
     * Predictions from the posterior's moments and from draws.
     *
     * @return a predictor that sees all further training
     */
    default EpPredictor predictor() {
        return EpEngine.of(this).predictor();
    }

    /**
     * Predicts from the moments of the posterior, of a network with one output.
     *
     * @param features [n, ...], one array for each input
     * @return mean, variances, class probabilities and entropy
     * @throws org.deeplearning4j.exception.DL4JInvalidInputException if the network has several outputs, or another number of inputs
     */
    default Prediction prediction(INDArray... features) {
        return predictor().predict(features);
    }

    /**
     * Predicts every output from the moments of the posterior.
     *
     * @param features [n, ...], one array for each input
     * @return one prediction for each output, in their order
     * @throws org.deeplearning4j.exception.DL4JInvalidInputException if the network has another number of inputs
     */
    default List<Prediction> predictions(INDArray... features) {
        return predictor().predictAll(features);
    }

    /**
     * The posterior of all weights, as predictions use it.
     *
     * @return by layer (its name in a graph, its index in a list) and array ({@code W}, {@code b}, batch normalization {@code gamma} and
     *     {@code beta}) the mean and variance of each weight; new arrays
     */
    default Map<String, Map<String, WeightMoments>> posterior() {
        return EpEngine.of(this).posterior();
    }

    /**
     * A copy without the weights that the posterior is least sure are not zero: those of least |mean| / standard deviation, over all
     * arrays of weights together; biases are kept. A removed weight has mean 0 and variance 0, is exactly 0 in draws and point networks,
     * and stays so when the copy is trained on, saved, loaded or pruned once more.
     *
     * @param fraction part of all weights that is removed in the end, from 0 to less than 1; weights removed earlier count
     * @return the pruned network, with the counters of this one and without its listeners
     * @throws IllegalArgumentException if the fraction is outside this range
     * @throws org.deeplearning4j.exception.DL4JInvalidConfigException if a layer has weights that cannot be zero; names all such layers
     */
    EpNetwork prune(double fraction);

    /**
     * Moves the zeros of a network that is sparse from the start, or pruned: in each array of weights some of those that are there, of which the data
     * say least (their posterior is closest to the prior), become zero, and as many others come back, drawn at random. Between two passes it lets training find the weights that
     * count. Source: Mocanu et al. 2018, "Scalable training of artificial neural networks with adaptive sparse connectivity", with the
     * information of the posterior in place of the magnitude.
     *
     * @param share of the weights that are there, in [0, 1]; for example .2
     * @param seed of the draw
     * @throws IllegalArgumentException if the share is outside its range, or no layer has zeros
     */
    default void rewire(double share, long seed) {
        EpEngine.of(this).rewire(share, seed);
    }

    /**
     * The stock DL4J network with the posterior means as weights, or the modes of discrete weights: original layer types, runs without
     * this plugin. (With spiking units it needs the activation classes, which are in {@code dl4j-ep-layers}.)
     *
     * @return a {@code MultiLayerNetwork} or {@code ComputationGraph}
     */
    Model toPointNetwork();

    /**
     * One draw of all weights from the posterior as a stock DL4J network, discrete weights really discrete: like
     * {@link #toPointNetwork()}, but a network that could have been.
     *
     * @param seed repeats the draw; the state of ND4J's generator is the same before and after
     * @return a {@code MultiLayerNetwork} or {@code ComputationGraph}
     */
    Model sample(long seed);

    /**
     * Independent draws of all weights from the posterior as stock DL4J networks that predict together.
     *
     * @param networks number of draws, at least 1; the first is {@link #sample(long)} of the same seed
     * @param seed repeats the draws; the state of ND4J's generator is the same before and after
     * @return the ensemble
     * @throws IllegalArgumentException if the number is less than 1
     * @throws org.deeplearning4j.exception.DL4JInvalidConfigException if a graph is no chain of layers; names the vertex
     */
    PosteriorEnsemble ensemble(int networks, long seed);

    /**
     * The bit-packed network of discrete weights and Heaviside units: what {@link #toPointNetwork()} computes, without
     * Deeplearning4j. The output layer may have continuous weights; they are rounded to 32 bits. {@code toCompact().write(path)} writes a
     * file that runs with {@code dl4j-ep-compact} alone.
     *
     * @return the compact network
     * @throws org.deeplearning4j.exception.DL4JInvalidConfigException if a layer has no compact form, or a graph is no chain of layers;
     *     lists all layers that have none
     */
    CompactNetwork toCompact();

    /**
     * Writes the network as DL4J does; {@code EpNetworks.load(file)} reads it, ready to go on training.
     *
     * @param file where to; another file of this name is replaced when all is written
     * @throws IOException if the file cannot be written; then the old file is still there
     */
    void save(File file) throws IOException;

    /**
     * The definition, counters included.
     *
     * @return the JSON of DL4J's configuration
     */
    String toJson();

    /**
     * Estimates how much memory a batch takes.
     *
     * @param input what one example looks like, one type for each input
     * @return the estimate
     */
    MemoryEstimate memory(InputType... input);

    /**
     * The listeners.
     *
     * @return one of the network's own, then those that were set
     */
    Collection<TrainingListener> getListeners();

    /**
     * Batches learned from.
     *
     * @return the number
     */
    int getIterationCount();

    /**
     * Passes that are complete.
     *
     * @return the number
     */
    int getEpochCount();

    /**
     * How many batches a pass has, and where the current one began.
     *
     * @return the counter
     */
    default PassCounter passCounter() {
        return EpEngine.of(this).passCounter();
    }

    /**
     * Sets what {@link #score()} returns until the next batch.
     *
     * @param score mean negative log predictive likelihood, in nats
     */
    void setScore(double score);

    /** Forgets the masks of the last batch. */
    void clearLayerMaskArrays();

    /**
     * How DL4J trains on sequences.
     *
     * @return whole, or segment by segment
     */
    BackpropType backpropType();

    /** Ends a pass of which every batch was learned by {@code fit(DataSet)}, as the end of {@code fit(iterator)} does. */
    void incrementEpochCount();

    /**
     * A copy with posterior and counters, and without listeners.
     *
     * @return a network that shares nothing with this one
     */
    EpNetwork clone();
}
