package io.github.dl4jep.message;

import org.nd4j.linalg.api.ndarray.INDArray;

/** Where DL4J's arrays have their channels: before the positions (NCHW, NCW, NCDHW), or behind them. */
public enum ExampleFormat {
    /** [minibatch, channels, ...]; the order of EP's own matrices. */
    CHANNELS_FIRST,
    /** [minibatch, ..., channels], as in networks from Keras. */
    CHANNELS_LAST;

    /**
     * An array of DL4J's as an observed activation.
     *
     * @param array [minibatch, units], or of this format
     * @return the activation, its shape channels first
     */
    public Moments observed(INDArray array) {
        return Moments.pointMass(this == CHANNELS_FIRST || array.rank() == 2 ? array : channelsFirst(array));
    }

    private static INDArray channelsFirst(INDArray array) {
        int[] order = new int[array.rank()];
        order[1] = array.rank() - 1;
        for (int i = 2; i < order.length; i++) {
            order[i] = i - 1;
        }
        return array.permute(order);
    }

    /**
     * The means of an activation as DL4J has them.
     *
     * @param moments an activation
     * @return [minibatch, units], or of this format, a copy in c-order
     */
    public INDArray array(Moments moments) {
        INDArray array = moments.shape().unflatten(moments.mean());
        if (this == CHANNELS_FIRST || array.rank() == 2) {
            return array;
        }
        int[] order = new int[array.rank()];
        for (int i = 1; i < order.length - 1; i++) {
            order[i] = i + 1;
        }
        order[order.length - 1] = 1;
        return array.permute(order).dup('c');
    }

    /**
     * The columns of a matrix that lists an image in this format, as EP lists them: channel by channel.
     *
     * @param matrix [minibatch, length] in this format
     * @param shape the image
     * @return [minibatch, length], channel by channel
     */
    public INDArray toChannelsFirst(INDArray matrix, ExampleShape shape) {
        return this == CHANNELS_FIRST ? matrix : swapped(matrix, shape.channels(), shape.positions());
    }

    /**
     * The columns of EP's matrix as this format lists them.
     *
     * @param matrix [minibatch, length], channel by channel
     * @param shape the image
     * @return [minibatch, length] in this format
     */
    public INDArray fromChannelsFirst(INDArray matrix, ExampleShape shape) {
        return this == CHANNELS_FIRST ? matrix : swapped(matrix, shape.positions(), shape.channels());
    }

    /** Columns [slow, fast] to [fast, slow]. */
    private static INDArray swapped(INDArray matrix, long fast, long slow) {
        return matrix.dup('f')
                .reshape('f', matrix.size(0), fast, slow)
                .permute(0, 2, 1)
                .dup('f')
                .reshape('f', matrix.size(0), fast * slow);
    }
}
