package io.github.dl4jep.cli.trainer;

import io.github.dl4jep.cli.trainer.LayerChain.Block;
import io.github.dl4jep.cli.trainer.LayerChain.Loss;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.ViewIterator;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Blocks of layers in training, each by an output layer that is put on it, and no further than through this block. The last one is the
 * network's output layer if blocks learn from critics, and otherwise one more that is put on.
 */
final class BlockSession implements TrainingSession {
    /** Rows that run at once, for a prediction. */
    private static final int ROWS = 200;

    /** What blocks and the output layers on them learn. */
    enum Learning {
        /** Blocks keep their initial weights; each output layer learns to predict the labels. */
        RANDOM_BLOCKS,
        /** Each block and its output layer learn to predict the labels. */
        LOCAL,
        /** Each block learns to make the loss of its critic small, and the critic to have the loss of the next one. */
        CRITICS
    }

    private final TrainingJob job;
    private final Learning learning;
    private final LayerChain chain;
    private final List<Block> blocks;
    private final List<LayerChain> heads = new ArrayList<>();
    private final Map<String, Object> options;

    /**
     * Creates the network and the output layers.
     *
     * @param job the training rows
     * @param list the checked definition with its updaters
     * @param learning what is learned
     * @param options for the report
     */
    BlockSession(TrainingJob job, MultiLayerConfiguration list, Learning learning, Map<String, Object> options) {
        this.job = job;
        this.learning = learning;
        this.options = options;
        chain = new LayerChain(list);
        blocks = LayerChain.blocks(list);
        int count = learning == Learning.CRITICS ? blocks.size() - 1 : blocks.size();
        INDArray row = job.train().range(0, 1).getFeatures();
        for (int k = 0; k < count; k++) {
            row = chain.forward(blocks.get(k), row);
            heads.add(LayerChain.head(list, row.length(), list.getConf(0).getSeed() + k + 1));
        }
    }

    @Override
    public Map<String, Object> options() {
        return options;
    }

    @Override
    public void trainPass(DataSetIterator batches) {
        while (batches.hasNext()) {
            learn(batches.next());
        }
    }

    /**
     * Learns from a batch.
     *
     * @param batch the rows
     * @return the mean loss at the end of each block, before
     */
    double[] learn(DataSet batch) {
        int rows = batch.numExamples();
        double[] scores = new double[blocks.size()];
        INDArray activation = batch.getFeatures();
        for (int k = 0; k < blocks.size(); k++) {
            activation = chain.forward(blocks.get(k), activation);
            Loss loss = k < heads.size()
                    ? heads.get(k).loss(flat(activation), batch.getLabels())
                    : chain.loss(activation, batch.getLabels());
            scores[k] = loss.score();
            if (learning != Learning.RANDOM_BLOCKS) {
                chain.backward(blocks.get(k), loss.epsilon().reshape('c', activation.shape()));
            }
        }
        for (int k = 0; k < heads.size(); k++) {
            // The gradient of the squared difference of the two losses.
            heads.get(k).step(rows, learning == Learning.CRITICS ? 2 * (scores[k] - scores[k + 1]) : 1);
        }
        if (learning != Learning.RANDOM_BLOCKS) {
            chain.step(rows, 1);
        }
        return scores;
    }

    private static INDArray flat(INDArray activation) {
        return activation.reshape('c', activation.size(0), activation.length() / activation.size(0));
    }

    @Override
    public Predictive predict(DataSet rows) {
        return job.predict(rows, some -> output(some.getFeatures()));
    }

    private INDArray output(INDArray features) {
        List<INDArray> outputs = new ArrayList<>();
        DataSetIterator parts = new ViewIterator(new DataSet(features, features), ROWS);
        while (parts.hasNext()) {
            INDArray activation = parts.next().getFeatures();
            outputs.add(learning == Learning.CRITICS ? chain.output(activation) : meanOfHeads(activation));
        }
        return Nd4j.vstack(outputs);
    }

    private INDArray meanOfHeads(INDArray features) {
        INDArray activation = features;
        INDArray[] outputs = new INDArray[heads.size()];
        for (int k = 0; k < outputs.length; k++) {
            activation = chain.forward(blocks.get(k), activation);
            outputs[k] = heads.get(k).output(flat(activation));
        }
        return Nd4j.stack(0, outputs).mean(0);
    }
}
