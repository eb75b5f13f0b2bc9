package io.github.dl4jep.cli.trainer;

import io.github.dl4jep.cli.data.format.Task;
import io.github.dl4jep.cli.definition.Definition;
import io.github.dl4jep.cli.failure.UserException;
import io.github.dl4jep.cli.trainer.LayerChain.Block;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;

/**
 * The likelihood ratio method: forward passes only. Layer by layer, Gaussian noise is added to the pre-activations and, in a second copy of
 * the batch, subtracted; with the losses \(L^+\) and \(L^-\) of a row, \(\sigma = \)
 * {@value #SIGMA} and noise \(\sigma\varepsilon\), its gradient with respect to the pre-activations is estimated as the mean of
 * \((L^+ - L^-)\varepsilon / (2\sigma)\) over draws. The difference of the two leaves no baseline to subtract. Weights learn from it by
 * Adam, those of the output layer from its own gradient, which needs no backward pass. With {@code lr:sign} of each noise only the sign is
 * kept, one bit, and \(\sqrt{\pi/2}\,\mathrm{sign}(\varepsilon)\) takes its place in the estimate, which leaves the expectation as it is.
 *
 * <p>Sources: J. Jiang, Z. Zhang, C. Xu, Z. Yu and Y. Peng 2023, "One Forward is Enough for Neural Network Training via Likelihood Ratio
 * Method", arXiv:2305.08960; Z. Zhang et al. 2024, "Approximated Likelihood Ratio: A Forward-Only and Parallel Framework for Boosting
 * Neural Network Training", arXiv:2403.12320.
 *
 * @param draws how many draws of noise a layer and batch
 * @param sign whether only the sign of the noise is kept
 */
record LikelihoodRatioTrainer(int draws, boolean sign) implements Trainer {
    private static final String NAME = "lr";
    private static final String SIGN = "sign";
    private static final int DRAWS = 4;
    private static final double SIGMA = 0.1;

    /** Four draws. */
    LikelihoodRatioTrainer() {
        this(DRAWS, false);
    }

    @Override
    public String name() {
        return sign ? NAME + ":" + SIGN : draws == DRAWS ? NAME : NAME + ":" + draws;
    }

    @Override
    public Trainer with(String value) {
        if (value.equals(SIGN)) {
            return new LikelihoodRatioTrainer(DRAWS, true);
        }
        if (!value.matches("0*[1-9]\\d{0,3}")) {
            throw new UserException("--trainers lr:" + value + ": \"" + value
                    + "\" is neither sign nor a number of draws from 1 to 9999.");
        }
        return new LikelihoodRatioTrainer(Integer.parseInt(value), false);
    }

    @Override
    public OptionalDouble defaultRate(Task task) {
        return OptionalDouble.of(AdamTrainer.LEARNING_RATE);
    }

    @Override
    public TrainingSession start(TrainingJob job) {
        Adam updater = new Adam(rate(job));
        Definition definition = job.definition();
        MultiLayerConfiguration list = LayerChain.checked(NAME, definition);
        BackPropagationSession.replaceUpdaters(definition, updater);
        Map<String, Object> options = new LinkedHashMap<>();
        options.put("learningRate", updater.getLearningRate());
        options.put("draws", draws);
        options.put("noise", sign ? SIGN : "gaussian");
        MultiLayerConfiguration parted = withUnitsApart(list);
        List<Integer> hidden = new ArrayList<>();
        for (int i = 0; i < parted.getConfs().size() - 1; i++) {
            if (parted.getConf(i).getLayer() instanceof BaseLayer) {
                hidden.add(i);
            }
        }
        return new Session(job, new LayerChain(parted), hidden, this, options);
    }

    /** The same network, with the activations of hidden layers in layers after them. */
    static MultiLayerConfiguration withUnitsApart(MultiLayerConfiguration list) {
        List<NeuralNetConfiguration> confs = new ArrayList<>();
        Map<Integer, InputPreProcessor> processors = new LinkedHashMap<>();
        for (int i = 0; i < list.getConfs().size(); i++) {
            NeuralNetConfiguration conf = list.getConf(i);
            InputPreProcessor processor = list.getInputPreProcess(i);
            if (processor != null) {
                processors.put(confs.size(), processor);
            }
            confs.add(conf);
            if (i < list.getConfs().size() - 1 && conf.getLayer() instanceof BaseLayer layer) {
                IActivation unit = layer.getActivationFn();
                layer.setActivationFn(new ActivationIdentity());
                confs.add(new NeuralNetConfiguration.Builder()
                        .seed(conf.getSeed())
                        .layer(new ActivationLayer(unit))
                        .build());
            }
        }
        MultiLayerConfiguration apart = new MultiLayerConfiguration.Builder()
                .confs(confs)
                .inputPreProcessors(processors)
                .build();
        apart.setDataType(list.getDataType());
        return apart;
    }

    /**
     * Estimates the gradient of the loss of each row with respect to the input of some layers, by noise on that input.
     *
     * @param chain the network
     * @param after the layers from there to before the output layer
     * @param input what the first of them gets, [rows, ...]
     * @param twice the labels of the rows, two times
     * @return in the shape of the input
     */
    INDArray gradient(LayerChain chain, Block after, INDArray input, INDArray twice) {
        long rows = input.size(0);
        INDArray sum = Nd4j.zeros(DataType.FLOAT, rows, input.length() / rows);
        for (int draw = 0; draw < draws; draw++) {
            INDArray noise = Nd4j.randn(DataType.FLOAT, sum.shape());
            INDArray shift = noise.mul(SIGMA).reshape('c', input.shape());
            INDArray both = Nd4j.concat(0, input.add(shift), input.sub(shift));
            INDArray losses =
                    chain.lossOfEach(chain.forward(after, both), twice).reshape(2, rows);
            INDArray slope = losses.getRow(0).sub(losses.getRow(1)).divi(2 * SIGMA * draws);
            INDArray kept = sign ? Nd4j.math().sign(noise).muli(Math.sqrt(Math.PI / 2)) : noise;
            sum.addi(kept.muliColumnVector(slope.reshape(rows, 1)));
        }
        return sum.reshape('c', input.shape());
    }

    /** The network in training. */
    private record Session(
            TrainingJob job,
            LayerChain chain,
            List<Integer> hidden,
            LikelihoodRatioTrainer trainer,
            Map<String, Object> options)
            implements TrainingSession {
        @Override
        public void trainPass(DataSetIterator batches) {
            while (batches.hasNext()) {
                learn(batches.next());
            }
        }

        private void learn(DataSet batch) {
            int output = chain.hidden().to();
            INDArray[] activations = new INDArray[output + 1];
            activations[0] = batch.getFeatures();
            for (int i = 0; i < output; i++) {
                activations[i + 1] = chain.forward(new Block(i, i + 1), activations[i]);
            }
            chain.loss(activations[output], batch.getLabels());
            INDArray twice = Nd4j.concat(0, batch.getLabels(), batch.getLabels());
            for (int layer : hidden) {
                INDArray estimate =
                        trainer.gradient(chain, new Block(layer + 1, output), activations[layer + 1], twice);
                chain.gradientOf(layer, activations[layer], estimate);
            }
            chain.step(batch.numExamples(), 1);
        }

        @Override
        public Predictive predict(DataSet rows) {
            return job.predict(rows, some -> chain.output(some.getFeatures()));
        }
    }
}
