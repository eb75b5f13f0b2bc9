package io.github.dl4jep.map;

import io.github.dl4jep.message.ExampleShape;
import io.github.dl4jep.window.ClarkMaxPooling;
import io.github.dl4jep.window.MaxPooling;
import io.github.dl4jep.window.NormPooling;
import io.github.dl4jep.window.ResponseNormalization;
import io.github.dl4jep.window.WindowGeometry;
import io.github.dl4jep.window.WindowSum;
import java.util.List;

/**
 * A map to be tested.
 *
 * @param name for the report
 * @param map the map
 * @param input shape of its input
 * @param output shape of its output
 * @param centre mean of the inputs' means
 * @param variance scale of the inputs' variances
 * @param meanTolerance error of the mean that is allowed
 * @param varianceTolerance relative error of the variance that is allowed
 * @param derivativeTolerance error of the derivative that is allowed
 */
record FixedMapCase(
        String name,
        FixedMap map,
        ExampleShape input,
        ExampleShape output,
        double centre,
        double variance,
        double meanTolerance,
        double varianceTolerance,
        double derivativeTolerance) {

    static FixedMapCase exact(String name, FixedMap map, ExampleShape input, ExampleShape output) {
        return new FixedMapCase(name, map, input, output, 0, 1, 0, 0, 1e-6);
    }

    /** Exact in the limit of small variances only. */
    FixedMapCase forVariance(double size, double ofMean, double ofVariance) {
        return new FixedMapCase(name, map, input, output, centre, size, ofMean, ofVariance, derivativeTolerance);
    }

    FixedMapCase derivative(double tolerance) {
        return new FixedMapCase(
                name, map, input, output, centre, variance, meanTolerance, varianceTolerance, tolerance);
    }

    FixedMapCase around(double where) {
        return new FixedMapCase(
                name, map, input, output, where, variance, meanTolerance, varianceTolerance, derivativeTolerance);
    }

    private static WindowGeometry.Builder on(long... dims) {
        return WindowGeometry.on(ExampleShape.of(dims));
    }

    private static WindowGeometry overlapping() {
        return on(2, 4, 4)
                .kernel(3, 2)
                .stride(1, 2)
                .paddingBefore(1, 0)
                .output(4, 2)
                .build();
    }

    static List<FixedMapCase> all() {
        ExampleShape image = ExampleShape.of(2, 4, 4);
        ExampleShape pooled = ExampleShape.of(2, 4, 2);
        return List.of(
                exact("sum", WindowSum.sum(overlapping()), image, pooled),
                exact("average", WindowSum.average(overlapping(), false), image, pooled),
                exact("average with padding", WindowSum.average(overlapping(), true), image, pooled),
                exact(
                        "padding and cropping",
                        WindowSum.sum(on(2, 4, 4)
                                .kernel(1, 1)
                                .paddingBefore(2, -1)
                                .output(7, 2)
                                .build()),
                        image,
                        ExampleShape.of(2, 7, 2)),
                exact(
                        "upsampling",
                        WindowSum.sum(on(2, 4, 4)
                                .kernel(2, 3)
                                .inputDilation(2, 3)
                                .paddingBefore(1, 2)
                                .output(8, 12)
                                .build()),
                        image,
                        ExampleShape.of(2, 8, 12)),
                exact("max", new MaxPooling(overlapping()), image, pooled).forVariance(1e-6, 2e-3, 1e-2),
                exact("Clark's maximum of two", new ClarkMaxPooling(pairs()), image, ExampleShape.of(2, 4, 2)),
                exact("Clark's maximum", new ClarkMaxPooling(overlapping()), image, pooled)
                        .forVariance(1, 0.06, 0.35)
                        .derivative(0.1),
                exact("2-norm", new NormPooling(overlapping(), 2), image, pooled)
                        .around(3)
                        .forVariance(1e-4, 1e-3, 1e-2),
                exact("3-norm", new NormPooling(overlapping(), 3), image, pooled)
                        .around(3)
                        .forVariance(1e-4, 1e-3, 1e-2),
                exact("1-norm", new NormPooling(overlapping(), 1), image, pooled)
                        .around(-9)
                        .forVariance(0.1, 0, 0),
                exact(
                                "response normalization",
                                new ResponseNormalization(ExampleShape.of(5, 2, 2), 1.5, 1, 0.4, 0.75),
                                ExampleShape.of(5, 2, 2),
                                ExampleShape.of(5, 2, 2))
                        .forVariance(1e-4, 1e-3, 1e-2),
                exact("reordering", reversed(32), image, ExampleShape.of(8, 2, 2)));
    }

    private static WindowGeometry pairs() {
        return on(2, 4, 4).kernel(1, 2).stride(1, 2).output(4, 2).build();
    }

    private static FixedMap reversed(int columns) {
        int[] order = new int[columns];
        for (int i = 0; i < columns; i++) {
            order[i] = columns - 1 - i;
        }
        return new ColumnSelection(order, ExampleShape.of(columns / 4, 2, 2));
    }

    /** Whether it takes the largest of each window. */
    boolean maximum() {
        return map instanceof MaxPooling || map instanceof ClarkMaxPooling;
    }

    @Override
    public String toString() {
        return name;
    }
}
