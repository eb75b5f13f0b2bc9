package io.github.dl4jep.cli.definition;

import io.github.dl4jep.cli.data.DataShape;
import io.github.dl4jep.cli.failure.UserException;
import io.github.dl4jep.convert.EpNetworks;
import io.github.dl4jep.convert.ZooDefinitions;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.zoo.InstantiableModel;
import org.deeplearning4j.zoo.model.AlexNet;
import org.deeplearning4j.zoo.model.Darknet19;
import org.deeplearning4j.zoo.model.FaceNetNN4Small2;
import org.deeplearning4j.zoo.model.InceptionResNetV1;
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

/** The models of DL4J's zoo, by the names of their classes, for the data's images and classes. */
final class ZooNetworks {
    /** Makes a model of an input shape and a number of classes. */
    @FunctionalInterface
    private interface Model {
        InstantiableModel of(int[] inputShape, int numClasses);
    }

    private static final Map<String, Model> ALL = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);

    static {
        put(
                AlexNet.class,
                (shape, classes) ->
                        AlexNet.builder().inputShape(shape).numClasses(classes).build());
        put(
                Darknet19.class,
                (shape, classes) -> Darknet19.builder()
                        .inputShape(shape)
                        .numClasses(classes)
                        .build());
        put(
                FaceNetNN4Small2.class,
                (shape, classes) -> FaceNetNN4Small2.builder()
                        .inputShape(shape)
                        .numClasses(classes)
                        .build());
        put(
                InceptionResNetV1.class,
                (shape, classes) -> InceptionResNetV1.builder()
                        .inputShape(shape)
                        .numClasses(classes)
                        .build());
        put(
                LeNet.class,
                (shape, classes) ->
                        LeNet.builder().inputShape(shape).numClasses(classes).build());
        put(
                NASNet.class,
                (shape, classes) ->
                        NASNet.builder().inputShape(shape).numClasses(classes).build());
        put(
                ResNet50.class,
                (shape, classes) ->
                        ResNet50.builder().inputShape(shape).numClasses(classes).build());
        put(
                SimpleCNN.class,
                (shape, classes) -> SimpleCNN.builder()
                        .inputShape(shape)
                        .numClasses(classes)
                        .build());
        put(
                SqueezeNet.class,
                (shape, classes) -> SqueezeNet.builder()
                        .inputShape(shape)
                        .numClasses(classes)
                        .build());
        put(
                TinyYOLO.class,
                (shape, classes) ->
                        TinyYOLO.builder().inputShape(shape).numClasses(classes).build());
        put(
                UNet.class,
                (shape, classes) ->
                        UNet.builder().inputShape(shape).numClasses(classes).build());
        put(
                VGG16.class,
                (shape, classes) ->
                        VGG16.builder().inputShape(shape).numClasses(classes).build());
        put(
                VGG19.class,
                (shape, classes) ->
                        VGG19.builder().inputShape(shape).numClasses(classes).build());
        put(
                Xception.class,
                (shape, classes) ->
                        Xception.builder().inputShape(shape).numClasses(classes).build());
        put(
                YOLO2.class,
                (shape, classes) ->
                        YOLO2.builder().inputShape(shape).numClasses(classes).build());
        put(
                TextGenerationLSTM.class,
                (shape, classes) -> TextGenerationLSTM.builder()
                        .totalUniqueCharacters(classes)
                        .build());
    }

    private ZooNetworks() {}

    private static void put(Class<?> type, Model model) {
        ALL.put(type.getSimpleName(), model);
    }

    /**
     * Builds the definition.
     *
     * @param name the class of the model, in any case
     * @param shape what it must fit
     * @return the definition
     * @throws UserException if there is no such model, or it cannot be built for such images
     */
    static Definition build(String name, DataShape shape) {
        Model model = ALL.get(name);
        if (model == null) {
            throw new UserException("--net zoo:" + name + ": DL4J's zoo has no such model; there are "
                    + String.join(", ", ALL.keySet()).toLowerCase(Locale.ROOT) + ".");
        }
        int[] image = Architectures.images("zoo:" + name, shape);
        try {
            // The zoo's shapes are channels, width, height.
            InstantiableModel built = model.of(new int[] {image[0], image[2], image[1]}, shape.outputs());
            return ZooDefinitions.of(built, ZooNetworks::withOutput, Definition::of);
        } catch (RuntimeException e) {
            throw new UserException(
                    "--net zoo:" + name + " cannot be built for images of " + shape.image() + ": "
                            + UserException.reason(e) + ".",
                    e);
        }
    }

    /** SimpleCNN ends in a softmax and could not be trained. */
    private static Definition withOutput(MultiLayerConfiguration configuration) {
        boolean open =
                configuration.getConf(configuration.getConfs().size() - 1).getLayer() instanceof ActivationLayer;
        return Definition.of(open ? EpNetworks.withOutput(configuration) : configuration);
    }
}
