package io.github.dl4jep.zoo;

import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
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

/** The models of DL4J's zoo by the names of their classes: one line each. */
public final class ZooModels {

    /** Makes a model of an input shape and a number of classes. */
    @FunctionalInterface
    private interface Factory {
        InstantiableModel of(int[] inputShape, int numClasses);
    }

    /** Characters of a text, the zoo's own default. */
    private static final int TEXT_LENGTH = 40;

    private static final Map<String, Factory> REGISTRY = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);

    static {
        register(
                AlexNet.class,
                (shape, classes) ->
                        AlexNet.builder().inputShape(shape).numClasses(classes).build());
        register(
                Darknet19.class,
                (shape, classes) -> Darknet19.builder()
                        .inputShape(shape)
                        .numClasses(classes)
                        .build());
        register(
                FaceNetNN4Small2.class,
                (shape, classes) -> FaceNetNN4Small2.builder()
                        .inputShape(shape)
                        .numClasses(classes)
                        .build());
        register(
                InceptionResNetV1.class,
                (shape, classes) -> InceptionResNetV1.builder()
                        .inputShape(shape)
                        .numClasses(classes)
                        .build());
        register(
                LeNet.class,
                (shape, classes) ->
                        LeNet.builder().inputShape(shape).numClasses(classes).build());
        register(
                NASNet.class,
                (shape, classes) ->
                        NASNet.builder().inputShape(shape).numClasses(classes).build());
        register(
                ResNet50.class,
                (shape, classes) ->
                        ResNet50.builder().inputShape(shape).numClasses(classes).build());
        register(
                SimpleCNN.class,
                (shape, classes) -> SimpleCNN.builder()
                        .inputShape(shape)
                        .numClasses(classes)
                        .build());
        register(
                SqueezeNet.class,
                (shape, classes) -> SqueezeNet.builder()
                        .inputShape(shape)
                        .numClasses(classes)
                        .build());
        register(
                TinyYOLO.class,
                (shape, classes) ->
                        TinyYOLO.builder().inputShape(shape).numClasses(classes).build());
        register(
                UNet.class,
                (shape, classes) ->
                        UNet.builder().inputShape(shape).numClasses(classes).build());
        register(
                VGG16.class,
                (shape, classes) ->
                        VGG16.builder().inputShape(shape).numClasses(classes).build());
        register(
                VGG19.class,
                (shape, classes) ->
                        VGG19.builder().inputShape(shape).numClasses(classes).build());
        register(
                Xception.class,
                (shape, classes) ->
                        Xception.builder().inputShape(shape).numClasses(classes).build());
        register(
                YOLO2.class,
                (shape, classes) ->
                        YOLO2.builder().inputShape(shape).numClasses(classes).build());
        register(
                TextGenerationLSTM.class,
                (shape, classes) -> TextGenerationLSTM.builder()
                        .inputShape(new int[] {TEXT_LENGTH, classes})
                        .totalUniqueCharacters(classes)
                        .build());
    }

    private ZooModels() {}

    private static void register(Class<?> type, Factory factory) {
        REGISTRY.put(type.getSimpleName(), factory);
    }

    /**
     * The names of the models.
     *
     * @return simple names of classes, sorted
     */
    public static Set<String> names() {
        return Collections.unmodifiableSet(REGISTRY.keySet());
    }

    /**
     * A model by its name, not initialised.
     *
     * @param name the simple name of its class, in any case
     * @param inputShape [channels, height, width]; without effect for text
     * @param numClasses number of classes, or of characters
     * @return the model
     * @throws IllegalArgumentException if there is no such model
     */
    public static InstantiableModel named(String name, int[] inputShape, int numClasses) {
        Factory factory = REGISTRY.get(name);
        if (factory == null) {
            throw new IllegalArgumentException("The zoo has no model \"" + name + "\", allowed are " + names());
        }
        // The builders' shapes are channels, width, height.
        return factory.of(new int[] {inputShape[0], inputShape[2], inputShape[1]}, numClasses);
    }
}
