package io.github.dl4jep.type;

import java.util.Arrays;
import java.util.function.BiFunction;
import org.deeplearning4j.nn.api.Layer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Arrays of stock layers as EP has them. */
public final class StockArrays {

    private StockArrays() {}

    /**
     * An array of a layer in another shape, its elements in the same order.
     *
     * @param from an initialised DL4J layer; not changed
     * @param name name of the parameter
     * @param shape shape to give it
     * @return a new array
     * @throws IllegalArgumentException if it has another number of elements
     */
    public static INDArray reshaped(Layer from, String name, long... shape) {
        INDArray stock = parameter(from, name, shape);
        return stock.dup('c').reshape('c', shape);
    }

    /**
     * EP's matrix of an array that DL4J arranges otherwise.
     *
     * @param from an initialised DL4J layer; not changed
     * @param name name of the parameter
     * @param shape shape of EP's matrix
     * @param arranged how DL4J arranges EP's matrix, given the shape of its own array; it only moves elements
     * @return a new array
     * @throws IllegalArgumentException if it has another number of elements
     */
    public static INDArray arrangedBack(
            Layer from, String name, long[] shape, BiFunction<INDArray, long[], INDArray> arranged) {
        INDArray stock = parameter(from, name, shape);
        if (Arrays.equals(stock.shape(), shape)) {
            return stock.dup();
        }
        double[] values = stock.dup('c').data().asDouble();
        double[] index = new double[values.length];
        Arrays.setAll(index, i -> i);
        INDArray indices = Nd4j.createFromArray(index).reshape('c', shape);
        double[] places = arranged.apply(indices, stock.shape()).dup('c').data().asDouble();
        double[] matrix = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            matrix[(int) places[i]] = values[i];
        }
        return Nd4j.createFromArray(matrix).reshape('c', shape).castTo(stock.dataType());
    }

    private static INDArray parameter(Layer from, String name, long[] shape) {
        INDArray stock = from.getParam(name);
        long length = Arrays.stream(shape).reduce(1, (a, b) -> a * b);
        if (stock == null || stock.length() != length) {
            throw new IllegalArgumentException("the array \"" + name + "\" "
                    + (stock == null ? "is missing" : "has shape " + Arrays.toString(stock.shape()))
                    + ", but the definition needs " + length + " elements " + Arrays.toString(shape)
                    + "; take definition and weights of one network");
        }
        if (stock.dataType() != DataType.FLOAT && stock.dataType() != DataType.DOUBLE) {
            throw new IllegalArgumentException("the array \"" + name + "\" is of type " + stock.dataType()
                    + ", allowed: FLOAT and DOUBLE; convert the network first");
        }
        return stock;
    }
}
