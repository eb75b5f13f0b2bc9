package io.github.dl4jep.convert;

import io.github.dl4jep.conf.DecidingUnit;
import io.github.dl4jep.conf.EpConf;
import io.github.dl4jep.conf.PassCounter;
import io.github.dl4jep.conf.TrainingSchedule;
import io.github.dl4jep.likelihood.Likelihood;
import io.github.dl4jep.params.ReadoutWeights;
import io.github.dl4jep.type.ConversionPlace;
import io.github.dl4jep.type.LayerTypes;
import io.github.dl4jep.unit.Units;
import io.github.dl4jep.weight.GaussianPrior;
import io.github.dl4jep.weight.WeightPrior;
import io.github.dl4jep.window.MaxPoolingKind;
import java.util.List;
import java.util.Objects;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.activations.IActivation;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One layer's place in the network that is converted, and the user's options for it.
 *
 * @param options the user's options
 * @param node a node that is a layer
 */
record ConversionContext(EpOptions options, LayerNode node) implements ConversionPlace {

    private static final Logger LOG = LoggerFactory.getLogger(EpNetworks.class);

    @Override
    public WeightPrior hiddenPrior() {
        return options.priors().of(node.name(), node.networkDepth());
    }

    @Override
    public WeightPrior recurrentPrior(boolean hasMemory) {
        return options.priors().ofRecurrent(node.name(), hasMemory, node.leadsToLabelsAtPositions());
    }

    @Override
    public WeightPrior outputPrior() {
        return options.priors().ofOutput(node.name(), node.networkDepth());
    }

    @Override
    public IActivation activation(IActivation defined) {
        IActivation activation = options.activationOf(node.name(), defined);
        Units.of(activation);
        return activation;
    }

    @Override
    public double gain(IActivation activation) {
        return Units.of(activationAfter(activation)).priorGain() * inputGain();
    }

    /**
     * The activation that decides about the scale of this layer's weights: its own, or that of an activation layer after it that is no
     * part of the loss.
     */
    private IActivation activationAfter(IActivation own) {
        LayerNode deciding = DecidingUnit.find(node, own, LayerNode::layer, LayerNode::readers);
        return deciding != node
                        && EpConf.unfrozen(Objects.requireNonNull(deciding.layer())) instanceof ActivationLayer after
                        && !ActivationBeforeLoss.belongsToLoss(deciding)
                ? options.activationOf(deciding.name(), after.getActivationFn())
                : own;
    }

    @Override
    public double inputGain() {
        return MaximaBefore.gain(node);
    }

    @Override
    public double readoutGain() {
        return MaximaBefore.readoutGain(node);
    }

    @Override
    public @Nullable GaussianPrior readoutPrior() {
        return ReadoutBeforeLoss.isReadout(node, options)
                ? ReadoutWeights.DEFAULT_PRIOR.scaled(MaximaBefore.readoutGain(node))
                : null;
    }

    @Override
    public boolean readsReadout() {
        return ReadoutBeforeLoss.readsReadout(node, options);
    }

    @Override
    public boolean belongsToLoss() {
        return ActivationBeforeLoss.belongsToLoss(node);
    }

    @Override
    public LossLayer withActivationBefore(LossLayer layer) {
        return ActivationBeforeLoss.withActivation(layer, node);
    }

    @Override
    public void refuseMissingOutput(Layer layer) {
        MissingOutput.refuse(layer, node);
    }

    @Override
    public void refuseReplacedActivation() {
        if (options.replacesActivationOf(node.name())) {
            throw new UnsupportedOperationException(
                    "an option replaces its activation, but an output's activation belongs to"
                            + " its loss; choose EpOptions.likelihood(...) instead");
        }
    }

    @Override
    public void decided(String what) {
        LOG.info("Layer {}: {}", node.label(), what);
    }

    @Override
    public void dropped(String setting, String reason) {
        LOG.info("Layer {}: {} has no effect under EP: {}", node.label(), setting, reason);
    }

    @Override
    public void dropGradientSettings(BaseLayer layer) {
        if (layer.getIDropout() != null) {
            dropped("dropout", "weight uncertainty regularises instead; the layer passes its input on unchanged");
        }
        if (isSet(layer.getRegularization()) || isSet(layer.getRegularizationBias())) {
            dropped("l1/l2/weight decay", "the weight prior takes its place (EpOptions.priorScale)");
        }
        if (layer.getWeightNoise() != null) {
            dropped("weight noise", "every weight already has a variance");
        }
        if (isSet(layer.getConstraints())) {
            dropped("constraints", "they would change means without their precisions");
        }
    }

    private static boolean isSet(@Nullable List<?> settings) {
        return settings != null && !settings.isEmpty();
    }

    @Override
    public long outputsBefore() {
        return node.outputsBefore();
    }

    @Override
    public Layer convert(Layer wrapped) {
        return LayerTypes.convert(wrapped, new ConversionContext(options, node.around(wrapped)));
    }

    @Override
    public MaxPoolingKind maxPooling() {
        return options.maxPooling();
    }

    @Override
    public @Nullable Likelihood likelihood() {
        return options.likelihood();
    }

    @Override
    public TrainingSchedule schedule() {
        return options.schedule();
    }

    @Override
    public PassCounter passCounter() {
        return options.passCounter();
    }
}
