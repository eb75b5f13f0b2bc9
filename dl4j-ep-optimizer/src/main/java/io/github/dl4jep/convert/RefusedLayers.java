package io.github.dl4jep.convert;

import java.util.LinkedHashMap;
import java.util.Map;
import org.deeplearning4j.nn.conf.layers.AutoEncoder;
import org.deeplearning4j.nn.conf.layers.CapsuleLayer;
import org.deeplearning4j.nn.conf.layers.CapsuleStrengthLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingSequenceLayer;
import org.deeplearning4j.nn.conf.layers.GravesBidirectionalLSTM;
import org.deeplearning4j.nn.conf.layers.GravesLSTM;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LearnedSelfAttentionLayer;
import org.deeplearning4j.nn.conf.layers.LocallyConnected1D;
import org.deeplearning4j.nn.conf.layers.LocallyConnected2D;
import org.deeplearning4j.nn.conf.layers.PReLULayer;
import org.deeplearning4j.nn.conf.layers.PrimaryCapsules;
import org.deeplearning4j.nn.conf.layers.RecurrentAttentionLayer;
import org.deeplearning4j.nn.conf.layers.SelfAttentionLayer;
import org.deeplearning4j.nn.conf.layers.SpaceToBatchLayer;
import org.deeplearning4j.nn.conf.layers.objdetect.Yolo2OutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.conf.layers.recurrent.TimeDistributed;
import org.deeplearning4j.nn.conf.layers.util.MaskLayer;
import org.deeplearning4j.nn.conf.layers.util.MaskZeroLayer;
import org.deeplearning4j.nn.conf.layers.variational.VariationalAutoencoder;

/** Why DL4J layer types that do not convert do not: one line each. A type that is not here has no reason of its own. */
@SuppressWarnings("deprecation") // also layers that DL4J keeps for old networks
final class RefusedLayers {

    private static final String RECURRENT = "a recurrent layer uses its weights again and again on its own output";
    private static final String ATTENTION = "attention multiplies uncertain activations with each other";
    private static final String CAPSULES = "capsules route by repeated normalization";
    private static final String MINIBATCH =
            "it moves positions into the minibatch, between which EP keeps a covariance";
    private static final String MASKS = "feature masks are not supported";
    private static final String PRETRAINING = "pretraining layers learn without labels";
    private static final String UNSHARED = "its weights differ from position to position";

    private static final Map<Class<? extends Layer>, String> REASONS = new LinkedHashMap<>();

    static {
        REASONS.put(LSTM.class, RECURRENT);
        REASONS.put(GravesLSTM.class, RECURRENT);
        REASONS.put(GravesBidirectionalLSTM.class, RECURRENT);
        REASONS.put(SimpleRnn.class, RECURRENT);
        REASONS.put(Bidirectional.class, RECURRENT);
        REASONS.put(LastTimeStep.class, "only recurrent layers have a last time step");
        REASONS.put(TimeDistributed.class, MINIBATCH);
        REASONS.put(SelfAttentionLayer.class, ATTENTION);
        REASONS.put(LearnedSelfAttentionLayer.class, ATTENTION);
        REASONS.put(RecurrentAttentionLayer.class, ATTENTION);
        REASONS.put(PrimaryCapsules.class, CAPSULES);
        REASONS.put(CapsuleLayer.class, CAPSULES);
        REASONS.put(CapsuleStrengthLayer.class, CAPSULES);
        REASONS.put(AutoEncoder.class, PRETRAINING);
        REASONS.put(VariationalAutoencoder.class, PRETRAINING);
        REASONS.put(LocallyConnected1D.class, UNSHARED);
        REASONS.put(LocallyConnected2D.class, UNSHARED);
        REASONS.put(PReLULayer.class, "its slopes are learned, but are no linear weights; use a leaky ReLU");
        REASONS.put(EmbeddingSequenceLayer.class, "only one index per example is supported (EmbeddingLayer)");
        REASONS.put(SpaceToBatchLayer.class, MINIBATCH);
        REASONS.put(MaskLayer.class, MASKS);
        REASONS.put(MaskZeroLayer.class, MASKS);
        REASONS.put(Yolo2OutputLayer.class, "its loss is no likelihood of independent outputs");
    }

    private RefusedLayers() {}

    static String reason(Layer layer) {
        String type = layer.getClass().getSimpleName();
        String reason = REASONS.get(layer.getClass());
        return "there is no EP layer for the type " + type + (reason == null ? "" : ": " + reason);
    }
}
