package io.github.dl4jep.cli.inspect;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.github.dl4jep.cli.data.format.RowFormat;
import io.github.dl4jep.cli.data.format.Task;
import io.github.dl4jep.conf.EpOutputConf;
import io.github.dl4jep.likelihood.Likelihood;
import io.github.dl4jep.likelihood.PredictiveForm;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What an output has learned beside its weights.
 *
 * @param layer the layer
 * @param likelihood its likelihood
 * @param noiseDeviation for numbers of one noise for all rows, the standard deviation of the noise of each output, in the units of the labels
 * @param labelUnits true if these are the original units of the data, false if they are those of the labels in training; null if there is
 *     no deviation
 * @param learned all learned parameters, by name
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record NoiseReport(
        String layer,
        String likelihood,
        @Nullable List<Double> noiseDeviation,
        @Nullable Boolean labelUnits,
        Map<String, List<Double>> learned) {
    /**
     * Looks at an output.
     *
     * @param name the name of the layer
     * @param conf its configuration
     * @param parameters its parameters
     * @param rows the format of the rows, or null if it is not known
     * @return the report
     */
    static NoiseReport of(String name, EpOutputConf conf, Map<String, INDArray> parameters, @Nullable RowFormat rows) {
        Likelihood likelihood = conf.effectiveLikelihood();
        Map<String, List<Double>> learned = new LinkedHashMap<>();
        for (String parameter : likelihood.parameterLengths(1).keySet()) {
            INDArray values = parameters.get(parameter);
            if (values != null) {
                learned.put(parameter, list(values.dup('c').data().asDouble()));
            }
        }
        PredictiveForm form = likelihood.predictiveForm(parameters);
        if (form == null || form.scores() != null) {
            return new NoiseReport(name, likelihood.toString(), null, null, learned);
        }
        boolean original = false;
        double unit = 1;
        if (rows != null && rows.task() == Task.REGRESSION) {
            original = true;
            unit = rows.targetDeviation();
        }
        double[] deviation = form.noise().dup('c').data().asDouble();
        for (int i = 0; i < deviation.length; i++) {
            deviation[i] = Math.sqrt(deviation[i]) * unit;
        }
        return new NoiseReport(name, likelihood.toString(), list(deviation), original, learned);
    }

    private static List<Double> list(double[] values) {
        return Arrays.stream(values).boxed().toList();
    }
}
