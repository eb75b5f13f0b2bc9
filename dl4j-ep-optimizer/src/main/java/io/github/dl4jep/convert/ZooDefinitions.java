package io.github.dl4jep.convert;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.zoo.InstantiableModel;
import org.deeplearning4j.zoo.model.AlexNet;
import org.deeplearning4j.zoo.model.Darknet19;
import org.deeplearning4j.zoo.model.FaceNetNN4Small2;
import org.deeplearning4j.zoo.model.LeNet;
import org.deeplearning4j.zoo.model.NASNet;
import org.deeplearning4j.zoo.model.ResNet50;
import org.deeplearning4j.zoo.model.SimpleCNN;
import org.deeplearning4j.zoo.model.SqueezeNet;
import org.deeplearning4j.zoo.model.TextGenerationLSTM;
import org.deeplearning4j.zoo.model.TinyYOLO;
import org.deeplearning4j.zoo.model.UNet;
import org.deeplearning4j.zoo.model.VGG16;
import org.deeplearning4j.zoo.model.VGG19;
import org.deeplearning4j.zoo.model.Xception;
import org.deeplearning4j.zoo.model.YOLO2;

/**
 * The definitions of zoo models, without pretrained weights. A model's interface offers only its initialised network; most models
 * also offer the definition, under different names, which saves drawing millions of random weights: one line each. Others, a
 * user's own included, are initialised and asked for their network's definition.
 */
public final class ZooDefinitions {

    private static final Map<Class<?>, Function<InstantiableModel, Object>> REGISTRY = new LinkedHashMap<>();

    static {
        register(AlexNet.class, AlexNet::conf);
        register(Darknet19.class, Darknet19::conf);
        register(FaceNetNN4Small2.class, FaceNetNN4Small2::conf);
        register(LeNet.class, LeNet::conf);
        register(NASNet.class, model -> withImages(model.graphBuilder(), shape(model)));
        register(ResNet50.class, model -> model.graphBuilder().build());
        register(SimpleCNN.class, SimpleCNN::conf);
        register(SqueezeNet.class, model -> withImages(model.graphBuilder(), shape(model)));
        register(TextGenerationLSTM.class, TextGenerationLSTM::conf);
        register(TinyYOLO.class, TinyYOLO::conf);
        register(UNet.class, model -> withImages(model.graphBuilder(), shape(model)));
        register(VGG16.class, VGG16::conf);
        register(VGG19.class, VGG19::conf);
        register(Xception.class, model -> withImages(model.graphBuilder(), shape(model)));
        register(YOLO2.class, YOLO2::conf);
    }

    private ZooDefinitions() {}

    private static <M extends InstantiableModel> void register(Class<M> type, Function<M, Object> definition) {
        REGISTRY.put(type, model -> definition.apply(type.cast(model)));
    }

    /** What the models' own {@code init()} adds to their graph builder; their shapes are channels, width, height. */
    private static ComputationGraphConfiguration withImages(
            ComputationGraphConfiguration.GraphBuilder graph, int[] shape) {
        return graph.addInputs("input")
                .setInputTypes(InputType.convolutional(shape[2], shape[1], shape[0]))
                .build();
    }

    @SuppressWarnings("deprecation") // There is no other way to ask a model for its input.
    private static int[] shape(InstantiableModel model) {
        return model.metaData().getInputShape()[0];
    }

    /**
     * Hands a model's definition to the function for its kind.
     *
     * @param model a zoo model; not changed
     * @param layers what to make of a list of layers
     * @param graph what to make of a graph
     * @param <R> what is made
     * @return what the function makes
     * @throws IllegalArgumentException if the model's network is neither a {@code MultiLayerNetwork} nor a {@code
     *     ComputationGraph}
     * @throws DL4JInvalidConfigException if DL4J cannot make the model
     */
    public static <R> R of(
            InstantiableModel model,
            Function<MultiLayerConfiguration, R> layers,
            Function<ComputationGraphConfiguration, R> graph) {
        Object definition = definition(model);
        if (definition instanceof MultiLayerConfiguration conf) {
            return layers.apply(conf);
        }
        if (definition instanceof MultiLayerNetwork network) {
            return layers.apply(network.getLayerWiseConfigurations());
        }
        if (definition instanceof ComputationGraphConfiguration conf) {
            return graph.apply(conf);
        }
        if (definition instanceof ComputationGraph network) {
            return graph.apply(network.getConfiguration());
        }
        throw new IllegalArgumentException("The zoo model " + model.modelName() + " makes a "
                + definition.getClass().getSimpleName() + ", allowed are MultiLayerNetwork and ComputationGraph");
    }

    /** A definition, or a network that has one. */
    private static Object definition(InstantiableModel model) {
        try {
            return REGISTRY.getOrDefault(model.getClass(), InstantiableModel::init)
                    .apply(model);
        } catch (RuntimeException e) {
            throw new DL4JInvalidConfigException(
                    "DL4J cannot make its zoo model " + model.getClass().getSimpleName() + ": " + e.getMessage()
                            + "; check inputShape and the model's other settings",
                    e);
        }
    }
}
