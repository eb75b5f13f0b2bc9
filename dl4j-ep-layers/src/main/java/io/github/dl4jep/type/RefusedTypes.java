package io.github.dl4jep.type;

import java.util.List;
import org.deeplearning4j.nn.conf.layers.CapsuleLayer;
import org.deeplearning4j.nn.conf.layers.CapsuleStrengthLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LearnedSelfAttentionLayer;
import org.deeplearning4j.nn.conf.layers.PrimaryCapsules;
import org.deeplearning4j.nn.conf.layers.RecurrentAttentionLayer;
import org.deeplearning4j.nn.conf.layers.SelfAttentionLayer;
import org.deeplearning4j.nn.conf.layers.SpaceToBatchLayer;

/** The DL4J layer types that do not convert, and why: one line each. A type that is not here has no reason of its own. */
@SuppressWarnings("deprecation") // also layers that DL4J keeps for old networks
final class RefusedTypes {

    private static final String ATTENTION = "attention multiplies uncertain activations with each other";
    private static final String CAPSULES = "capsules route by repeated normalization";
    private static final String MINIBATCH =
            "it moves positions into the minibatch, between which EP keeps a covariance";

    private RefusedTypes() {}

    static List<LayerType<? extends Layer>> all() {
        return List.of(
                new RefusedType<>(SelfAttentionLayer.class, ATTENTION),
                new RefusedType<>(LearnedSelfAttentionLayer.class, ATTENTION),
                new RefusedType<>(RecurrentAttentionLayer.class, ATTENTION),
                new RefusedType<>(PrimaryCapsules.class, CAPSULES),
                new RefusedType<>(CapsuleLayer.class, CAPSULES),
                new RefusedType<>(CapsuleStrengthLayer.class, CAPSULES),
                new RefusedType<>(SpaceToBatchLayer.class, MINIBATCH));
    }
}
