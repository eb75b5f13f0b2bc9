package io.github.dl4jep.zoo;

import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;

/**
 * The settings that all models of this package have.
 *
 * @param <B> the model's own builder
 */
public abstract sealed class ZooBuilder<B extends ZooBuilder<B>> permits EpLeNet.Builder, EpResNet.Builder {

    long seed = 1234;
    InputShape inputShape;
    int numClasses = 10;
    IActivation activation = Activation.RELU.getActivationFunction();
    IUpdater updater = new Adam();

    ZooBuilder(InputShape inputShape) {
        this.inputShape = inputShape;
    }

    abstract B self();

    /**
     * Sets the seed of the initial weights.
     *
     * @param value any number
     * @return this
     */
    public B seed(long value) {
        seed = value;
        return self();
    }

    /**
     * Sets the shape of an image.
     *
     * @param channelsHeightWidth [channels, height, width], each at least 1
     * @return this
     * @throws DL4JInvalidConfigException if it is something else
     */
    public B inputShape(int[] channelsHeightWidth) {
        inputShape = InputShape.of(channelsHeightWidth);
        return self();
    }

    /**
     * Sets the number of classes.
     *
     * @param value at least 2
     * @return this
     * @throws DL4JInvalidConfigException if it is less
     */
    public B numClasses(int value) {
        if (value < 2) {
            throw new DL4JInvalidConfigException("numClasses is " + value + ", allowed: 2 and more");
        }
        numClasses = value;
        return self();
    }

    /**
     * Sets the hidden units.
     *
     * @param value any activation that EP has moments for, spiking ones included
     * @return this
     */
    public B activation(IActivation value) {
        activation = value;
        return self();
    }

    /**
     * Sets the hidden units.
     *
     * @param value one of DL4J's names
     * @return this
     */
    public B activation(Activation value) {
        return activation(value.getActivationFunction());
    }

    /**
     * Sets the updater that stock DL4J trains with; EP has none.
     *
     * @param value the updater, {@code new Adam()} by default
     * @return this
     */
    public B updater(IUpdater value) {
        updater = value;
        return self();
    }
}
