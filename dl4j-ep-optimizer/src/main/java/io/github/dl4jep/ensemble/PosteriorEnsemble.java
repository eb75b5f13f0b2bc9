package io.github.dl4jep.ensemble;

import io.github.dl4jep.spike.SpikingRun;
import io.github.dl4jep.stock.OutputPotentials;
import io.github.dl4jep.stock.SeededGenerator;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Plain networks that predict together, such as draws from a posterior: the average of their output potentials, and how far
 * they disagree.
 *
 * <pre>{@code
 * PosteriorEnsemble ensemble = network.ensemble(20, 1);
 * INDArray probabilities = ensemble.output(features);
 * }</pre>
 *
 * <p>Each network runs for one time step unless {@link #running} says more. Immutable.
 *
 * <p>Quality: Preview.
 */
public final class PosteriorEnsemble {

    private final List<MultiLayerNetwork> networks;
    private final UnaryOperator<SpikingRun> settings;

    private PosteriorEnsemble(List<MultiLayerNetwork> networks, UnaryOperator<SpikingRun> settings) {
        this.networks = networks;
        this.settings = settings;
    }

    /**
     * An ensemble.
     *
     * @param networks networks of equal inputs and outputs, at least one; not changed
     * @return the ensemble
     * @throws IllegalArgumentException if there is no network
     */
    public static PosteriorEnsemble of(List<MultiLayerNetwork> networks) {
        Objects.requireNonNull(networks, "the networks are null; give the draws");
        if (networks.isEmpty()) {
            throw new IllegalArgumentException("number of networks is 0, allowed: 1 and more");
        }
        return new PosteriorEnsemble(List.copyOf(networks), UnaryOperator.identity());
    }

    /**
     * Networks that are drawn one after the other with one seed.
     *
     * @param networks how many, at least 1
     * @param seed the seed
     * @param draw draws a network
     * @return the ensemble
     * @throws IllegalArgumentException if there is no network
     */
    public static PosteriorEnsemble drawn(int networks, long seed, Supplier<MultiLayerNetwork> draw) {
        if (networks < 1) {
            throw new IllegalArgumentException("number of networks is " + networks + ", allowed: 1 and more");
        }
        return SeededGenerator.drawn(
                seed, () -> of(Stream.generate(draw).limit(networks).toList()));
    }

    /**
     * The same networks, each run in another way, for example {@code run -> run.timeSteps(5).code(new RateCode())}.
     *
     * @param changes what is changed in a run of one time step
     * @return a new ensemble
     */
    public PosteriorEnsemble running(UnaryOperator<SpikingRun> changes) {
        return new PosteriorEnsemble(networks, changes);
    }

    /**
     * The networks.
     *
     * @return the networks, in the order of their draws
     */
    public List<MultiLayerNetwork> networks() {
        return networks;
    }

    /**
     * The output potentials of each network.
     *
     * @param features [n, ...]
     * @return [networks, n, outputs]
     */
    public INDArray samples(INDArray features) {
        INDArray[] samples = networks.stream()
                .map(network -> runOf(network).potentials(features))
                .toArray(INDArray[]::new);
        return Nd4j.stack(0, samples);
    }

    /**
     * Output potentials, averaged over the networks.
     *
     * @param features [n, ...]
     * @return [n, outputs]
     */
    public INDArray potentials(INDArray features) {
        INDArray sum = runOf(networks.get(0)).potentials(features);
        for (MultiLayerNetwork network : networks.subList(1, networks.size())) {
            sum.addi(runOf(network).potentials(features));
        }
        return sum.divi(networks.size());
    }

    /**
     * What the output layer makes of the averaged potentials: class probabilities, or the prediction of a regression.
     *
     * @param features [n, ...]
     * @return [n, outputs]
     */
    public INDArray output(INDArray features) {
        return OutputPotentials.of(networks.get(0)).activation(potentials(features));
    }

    /**
     * Standard deviation of the output potentials over the networks, with stochastic units or coded inputs their noise
     * included.
     *
     * @param features [n, ...]
     * @return [n, outputs], in the units of the potentials
     * @throws IllegalStateException for a single network
     */
    public INDArray spread(INDArray features) {
        if (networks.size() < 2) {
            throw new IllegalStateException("the spread of 1 network is not defined, allowed: 2 networks and more");
        }
        return samples(features).std(0);
    }

    private SpikingRun runOf(MultiLayerNetwork network) {
        return settings.apply(SpikingRun.of(network).timeSteps(1));
    }
}
