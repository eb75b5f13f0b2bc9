package io.github.dl4jep.samediff;

import java.io.ByteArrayInputStream;
import java.util.Arrays;
import java.util.List;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.tensorflow.framework.AttrValue;
import org.tensorflow.framework.GraphDef;
import org.tensorflow.framework.NodeDef;
import org.tensorflow.framework.TensorProto;
import org.tensorflow.framework.TensorShapeProto;

/** A frozen graph of TensorFlow, written node by node as TensorFlow writes it, and imported from its bytes. */
final class FrozenGraph {

    private static final org.tensorflow.framework.DataType FLOAT = org.tensorflow.framework.DataType.DT_FLOAT;
    private static final org.tensorflow.framework.DataType INT = org.tensorflow.framework.DataType.DT_INT32;

    private final GraphDef.Builder graph = GraphDef.newBuilder();

    /** A placeholder of floats. */
    FrozenGraph placeholder(String name, long... shape) {
        return add(NodeDef.newBuilder()
                .setName(name)
                .setOp("Placeholder")
                .putAttr("dtype", type(FLOAT))
                .putAttr("shape", AttrValue.newBuilder().setShape(shape(shape)).build()));
    }

    /** A constant of floats. */
    FrozenGraph constant(String name, INDArray values) {
        TensorProto.Builder tensor = TensorProto.newBuilder().setDtype(FLOAT).setTensorShape(shape(values.shape()));
        for (double value : values.castTo(DataType.DOUBLE).dup('c').data().asDouble()) {
            tensor.addFloatVal((float) value);
        }
        return constant(name, FLOAT, tensor);
    }

    /** A constant of integers: a vector, or of none given a number alone. */
    FrozenGraph integers(String name, int... values) {
        TensorProto.Builder tensor = TensorProto.newBuilder().setDtype(INT).setTensorShape(shape(values.length));
        Arrays.stream(values).forEach(tensor::addIntVal);
        return constant(name, INT, tensor);
    }

    /** A constant that is one integer. */
    FrozenGraph integer(String name, int value) {
        return constant(
                name,
                INT,
                TensorProto.newBuilder().setDtype(INT).setTensorShape(shape()).addIntVal(value));
    }

    private FrozenGraph constant(String name, org.tensorflow.framework.DataType type, TensorProto.Builder tensor) {
        return add(NodeDef.newBuilder()
                .setName(name)
                .setOp("Const")
                .putAttr("dtype", type(type))
                .putAttr("value", AttrValue.newBuilder().setTensor(tensor).build()));
    }

    /** An op on floats without attributes of its own. */
    FrozenGraph op(String op, String name, String... inputs) {
        NodeDef.Builder node = node(op, name, inputs);
        if (op.equals("LeakyRelu")) {
            node.putAttr("alpha", AttrValue.newBuilder().setF(0.2f).build());
        }
        return add(node);
    }

    /** A product. */
    FrozenGraph product(String name, String first, String second, boolean transposeSecond) {
        return add(node("MatMul", name, first, second)
                .putAttr("transpose_a", flag(false))
                .putAttr("transpose_b", flag(transposeSecond)));
    }

    /** Another shape, by a constant. */
    FrozenGraph reshape(String name, String input, String shape) {
        return add(node("Reshape", name, input, shape).putAttr("Tshape", type(INT)));
    }

    /** A mean, a transposition or a concatenation, with a constant of integers. */
    FrozenGraph withIntegers(String op, String name, String attribute, String... inputs) {
        NodeDef.Builder node = node(op, name, inputs).putAttr(attribute, type(INT));
        if (op.equals("Mean")) {
            node.putAttr("keep_dims", flag(false));
        }
        if (op.startsWith("Concat")) {
            node.putAttr("N", AttrValue.newBuilder().setI(inputs.length - 1).build());
        }
        return add(node);
    }

    /** A convolution; stride 1. */
    FrozenGraph convolution(String name, String input, String kernel, String format, String padding) {
        return add(node("Conv2D", name, input, kernel)
                .putAttr("strides", list(1, 1, 1, 1))
                .putAttr("dilations", list(1, 1, 1, 1))
                .putAttr("data_format", text(format))
                .putAttr("padding", text(padding))
                .putAttr("use_cudnn_on_gpu", flag(true)));
    }

    /** A bias of a layout. */
    FrozenGraph bias(String name, String input, String bias, String format) {
        return add(node("BiasAdd", name, input, bias).putAttr("data_format", text(format)));
    }

    /** Windows of 2 x 2, channels last. */
    FrozenGraph pooling(String op, String name, String input) {
        return add(node(op, name, input)
                .putAttr("ksize", list(1, 2, 2, 1))
                .putAttr("strides", list(1, 2, 2, 1))
                .putAttr("data_format", text("NHWC"))
                .putAttr("padding", text("VALID")));
    }

    /** A batch normalization with its own statistics, as frozen graphs have it. */
    FrozenGraph normalization(String name, String... inputs) {
        return add(node("FusedBatchNormV3", name, inputs)
                .putAttr("U", type(FLOAT))
                .putAttr("data_format", text("NHWC"))
                .putAttr("epsilon", AttrValue.newBuilder().setF(1e-3f).build())
                .putAttr("is_training", flag(false)));
    }

    /** What SameDiff makes of it. */
    SameDiff imported() {
        return SameDiff.importFrozenTF(new ByteArrayInputStream(graph.build().toByteArray()));
    }

    private static NodeDef.Builder node(String op, String name, String... inputs) {
        return NodeDef.newBuilder()
                .setName(name)
                .setOp(op)
                .addAllInput(List.of(inputs))
                .putAttr("T", type(FLOAT));
    }

    private FrozenGraph add(NodeDef.Builder node) {
        graph.addNode(node);
        return this;
    }

    private static AttrValue type(org.tensorflow.framework.DataType type) {
        return AttrValue.newBuilder().setType(type).build();
    }

    private static AttrValue flag(boolean value) {
        return AttrValue.newBuilder().setB(value).build();
    }

    private static AttrValue text(String value) {
        return AttrValue.newBuilder()
                .setS(org.nd4j.shade.protobuf.ByteString.copyFromUtf8(value))
                .build();
    }

    private static AttrValue list(long... values) {
        AttrValue.ListValue.Builder list = AttrValue.ListValue.newBuilder();
        Arrays.stream(values).forEach(list::addI);
        return AttrValue.newBuilder().setList(list).build();
    }

    private static TensorShapeProto shape(long... sizes) {
        TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
        Arrays.stream(sizes)
                .forEach(size -> shape.addDim(TensorShapeProto.Dim.newBuilder().setSize(size)));
        return shape.build();
    }
}
