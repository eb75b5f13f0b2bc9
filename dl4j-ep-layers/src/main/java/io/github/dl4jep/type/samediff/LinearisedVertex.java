package io.github.dl4jep.type.samediff;

import io.github.dl4jep.array.Rows;
import io.github.dl4jep.learned.Parameters;
import io.github.dl4jep.message.BackwardMessage;
import io.github.dl4jep.message.BatchCovariance;
import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.params.ArraysParamInitializer;
import io.github.dl4jep.params.NamedPosterior;
import io.github.dl4jep.vertex.Learner;
import io.github.dl4jep.vertex.LinearMap;
import io.github.dl4jep.vertex.ParameterKey;
import io.github.dl4jep.vertex.Sites;
import io.github.dl4jep.weight.WeightMoments;
import io.github.dl4jep.weight.WeightSite;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.deeplearning4j.nn.conf.layers.samediff.SameDiffLayer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A SameDiff layer with parameters, linearised at the means of inputs and parameters: docs/algorithm.md, section 3, <em>Layers of the
 * user's own</em>.
 *
 * <p>Shapes: input [minibatch, inputs], activation [minibatch, outputs].
 */
final class LinearisedVertex implements LinearMap {

    private final SameDiffLayer layer;
    private final Supplier<String> place;
    private final ArraysParamInitializer layout;
    private final Supplier<Map<String, INDArray>> parameters;
    private final Map<List<Object>, ParametrisedFunction> functions = new ConcurrentHashMap<>();

    /**
     * A layer.
     *
     * @param layer the layer
     * @param place its name and index, for messages
     * @param layout where the posteriors are in the parameters
     * @param parameters the layer's current parameters
     */
    LinearisedVertex(
            SameDiffLayer layer,
            Supplier<String> place,
            ArraysParamInitializer layout,
            Supplier<Map<String, INDArray>> parameters) {
        this.layer = layer;
        this.place = place;
        this.layout = layout;
        this.parameters = parameters;
    }

    private List<NamedPosterior> posteriors() {
        return layout.posteriors(parameters.get());
    }

    private ParameterKey key(NamedPosterior of) {
        return new ParameterKey(place.get(), of.name());
    }

    private ParametrisedFunction function(Moments input) {
        if (input.shape().spatialRank() != 0) {
            throw new DL4JInvalidInputException("An example has shape " + input.shape() + ", allowed are rows at "
                    + place.get() + ", which is linearised; set the input type of the network or add a preprocessor");
        }
        long inputs = input.mean().columns();
        DataType type = input.mean().dataType();
        return functions.computeIfAbsent(List.of(inputs, type), key -> ParametrisedFunction.of(layer, inputs, type));
    }

    /** Elements of all parameters in c-order. */
    private static double[] flat(List<INDArray> arrays) {
        int length = Math.toIntExact(arrays.stream().mapToLong(INDArray::length).sum());
        double[] all = new double[length];
        int from = 0;
        for (INDArray array : arrays) {
            double[] values = Rows.flat(array);
            System.arraycopy(values, 0, all, from, values.length);
            from += values.length;
        }
        return all;
    }

    private <T> T named(Supplier<T> run) {
        try {
            return run.get();
        } catch (DL4JInvalidConfigException e) {
            throw new DL4JInvalidConfigException(place.get() + ": " + e.getMessage(), e);
        }
    }

    @Override
    public Pass forward(List<ForwardMessage> inputs, Sites pending) {
        ForwardMessage message = inputs.get(0);
        Moments input = message.moments();
        ParametrisedFunction function = function(input);
        List<WeightMoments> moments = new ArrayList<>();
        posteriors().forEach(of -> moments.add(of.posterior().moments(pending.site(key(of)))));
        double[] means = flat(moments.stream().map(WeightMoments::mean).toList());
        double[] variances = flat(moments.stream().map(WeightMoments::variance).toList());
        LinearisedRows rows = named(() -> LinearisedRows.of(function, Rows.of(input.mean()), means));
        DataType type = input.mean().dataType();
        BatchCovariance covariance = rows.covariance(message.covariance(), variances, type);
        return new Pass(
                new ForwardMessage(rows.moments(input.variance(), variances, type), covariance),
                back -> answer(back, input, rows, type));
    }

    private Answer answer(BackwardMessage message, Moments input, LinearisedRows rows, DataType type) {
        double[][] shift = Rows.of(message.shift());
        double[][] curvature = Rows.of(message.curvature());
        double[] shifts = rows.toParameters(shift, false);
        double[] precisions = rows.toParameters(curvature, true);
        Sites sites = Sites.NONE;
        int from = 0;
        for (NamedPosterior of : posteriors()) {
            long[] shape = of.shape();
            sites = sites.plus(Sites.of(
                    key(of), new WeightSite(part(shifts, from, shape, type), part(precisions, from, shape, type))));
            from += Math.toIntExact(shape[0] * shape[1]);
        }
        BackwardMessage toInput = input.isPointMass()
                ? null
                : new BackwardMessage(rows.toInput(shift, false, type), rows.toInput(curvature, true, type));
        return Answer.of(toInput, sites);
    }

    /** Some elements in c-order as a matrix, f-ordered. */
    private static INDArray part(double[] all, int from, long[] shape, DataType type) {
        int rows = Math.toIntExact(shape[0]);
        int columns = Math.toIntExact(shape[1]);
        double[] byColumn = new double[rows * columns];
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < columns; c++) {
                byColumn[c * rows + r] = all[from + r * columns + c];
            }
        }
        return Rows.matrix(byColumn, rows, columns, type);
    }

    @Override
    public Moments predict(List<Moments> inputs) {
        Moments input = inputs.get(0);
        ParametrisedFunction function = function(input);
        List<WeightMoments> moments = posteriors().stream()
                .map(of -> of.posterior().predictiveMoments())
                .toList();
        double[] means = flat(moments.stream().map(WeightMoments::mean).toList());
        double[] variances = flat(moments.stream().map(WeightMoments::variance).toList());
        return named(() -> LinearisedRows.predict(
                function,
                Rows.of(input.mean()),
                input.variance(),
                means,
                variances,
                input.mean().dataType()));
    }

    @Override
    public Moments sample(List<Moments> values) {
        return plain(values.get(0), layout.draws(parameters.get()));
    }

    @Override
    public Moments point(Moments values) {
        return plain(values, layout.modes(parameters.get()));
    }

    private Moments plain(Moments values, Map<String, INDArray> chosen) {
        double[] flat = flat(layout.arrays().stream()
                .map(array -> Parameters.get(chosen, array.name()))
                .toList());
        double[][] outputs = named(() -> function(values).outputs(Rows.of(values.mean()), flat));
        return Moments.pointMass(LinearisedRows.matrix(outputs, values.mean().dataType()));
    }

    @Override
    public String describe() {
        return place.get();
    }

    @Override
    public Map<ParameterKey, Learner> learners() {
        Map<ParameterKey, Learner> learners = new LinkedHashMap<>();
        List<ArraysParamInitializer.Array> arrays = layout.arrays();
        for (int i = 0; i < arrays.size(); i++) {
            int index = i;
            ParameterKey key = new ParameterKey(place.get(), arrays.get(i).name());
            learners.put(key, Learner.of(key, () -> posteriors().get(index).posterior()));
        }
        return learners;
    }
}
