package io.github.dl4jep.imported;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.hdf5.Attribute;
import org.bytedeco.hdf5.DataSet;
import org.bytedeco.hdf5.DataSpace;
import org.bytedeco.hdf5.Group;
import org.bytedeco.hdf5.H5File;
import org.bytedeco.hdf5.H5Object;
import org.bytedeco.hdf5.PredType;
import org.bytedeco.hdf5.StrType;
import org.bytedeco.hdf5.global.hdf5;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A sequential Keras model of dense layers in the HDF5 file that Keras 2 would write. */
final class KerasFile {

    /**
     * A dense layer.
     *
     * @param name its name
     * @param activation Keras's name of the activation
     * @param kernel [nIn, nOut]
     * @param bias [nOut]
     */
    record Dense(String name, String activation, INDArray kernel, INDArray bias) {}

    private KerasFile() {}

    static void write(Path path, List<Dense> layers) {
        try (H5File file = new H5File(path.toString(), hdf5.H5F_ACC_TRUNC);
                Group weights = file.createGroup("model_weights")) {
            text(file, "keras_version", "2.4.0");
            text(file, "backend", "tensorflow");
            text(file, "model_config", config(layers));
            text(
                    file,
                    "training_config",
                    "{\"loss\": \"categorical_crossentropy\", \"optimizer_config\": {\"class_name\":"
                            + " \"Adam\", \"config\": {\"lr\": 0.001, \"beta_1\": 0.9, \"beta_2\": 0.999, \"epsilon\": 1e-07, \"decay\":"
                            + " 0.0}}, \"metrics\": []}");
            for (Dense layer : layers) {
                try (Group outer = weights.createGroup(layer.name());
                        Group inner = outer.createGroup(layer.name())) {
                    texts(outer, "weight_names", List.of(layer.name() + "/kernel:0", layer.name() + "/bias:0"));
                    array(inner, "kernel:0", layer.kernel());
                    array(inner, "bias:0", layer.bias());
                }
            }
        }
    }

    private static String config(List<Dense> layers) {
        StringBuilder json =
                new StringBuilder("{\"class_name\": \"Sequential\", \"config\": {\"name\": \"mlp\", \"layers\": [");
        for (int i = 0; i < layers.size(); i++) {
            Dense layer = layers.get(i);
            json.append(i == 0 ? "" : ", ")
                    .append("{\"class_name\": \"Dense\", \"config\": {\"name\": \"")
                    .append(layer.name())
                    .append("\", \"trainable\": true, \"dtype\": \"float32\", ")
                    .append(
                            i == 0
                                    ? "\"batch_input_shape\": [null, "
                                            + layer.kernel().size(0) + "], "
                                    : "")
                    .append("\"units\": ")
                    .append(layer.kernel().size(1))
                    .append(", \"activation\": \"")
                    .append(layer.activation())
                    .append(
                            "\", \"use_bias\": true, \"kernel_initializer\": {\"class_name\": \"GlorotUniform\", \"config\":")
                    .append(" {\"seed\": null}}, \"bias_initializer\": {\"class_name\": \"Zeros\", \"config\": {}},")
                    .append(
                            " \"kernel_regularizer\": null, \"bias_regularizer\": null, \"activity_regularizer\": null,")
                    .append(" \"kernel_constraint\": null, \"bias_constraint\": null}}");
        }
        return json.append("]}}").toString();
    }

    private static void text(H5Object at, String name, String value) {
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        try (StrType type = new StrType(PredType.C_S1(), bytes.length);
                DataSpace scalar = new DataSpace(hdf5.H5S_SCALAR);
                Attribute attribute = at.createAttribute(name, type, scalar);
                BytePointer pointer = new BytePointer(bytes)) {
            attribute.write(type, pointer);
        }
    }

    /** As long as the longest, the others filled with zeros. */
    private static void texts(H5Object at, String name, List<String> values) {
        int length = values.stream().mapToInt(String::length).max().orElse(1);
        byte[] bytes = new byte[length * values.size()];
        for (int i = 0; i < values.size(); i++) {
            byte[] value = values.get(i).getBytes(StandardCharsets.UTF_8);
            System.arraycopy(value, 0, bytes, i * length, value.length);
        }
        try (StrType type = new StrType(PredType.C_S1(), length);
                DataSpace space = new DataSpace(1, new long[] {values.size()});
                Attribute attribute = at.createAttribute(name, type, space);
                BytePointer pointer = new BytePointer(bytes)) {
            attribute.write(type, pointer);
        }
    }

    private static void array(Group group, String name, INDArray array) {
        try (DataSpace space = new DataSpace(array.rank(), array.shape());
                DataSet data = group.createDataSet(name, PredType.IEEE_F32LE(), space);
                FloatPointer pointer = new FloatPointer(array.dup('c').data().asFloat())) {
            data.write(pointer, PredType.NATIVE_FLOAT());
        }
    }
}
