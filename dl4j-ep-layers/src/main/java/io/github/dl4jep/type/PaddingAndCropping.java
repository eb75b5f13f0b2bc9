package io.github.dl4jep.type;

import io.github.dl4jep.map.ColumnSelection;
import io.github.dl4jep.map.FixedMap;
import io.github.dl4jep.message.ExampleShape;
import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.window.WindowGeometry;
import io.github.dl4jep.window.WindowSum;
import java.util.Arrays;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.deeplearning4j.nn.conf.layers.SpaceToDepthLayer;
import org.deeplearning4j.nn.conf.layers.misc.RepeatVector;

/** The maps of DL4J's layers that only place values: padding, cropping, upsampling and the like. All exact. */
final class PaddingAndCropping {

    private PaddingAndCropping() {}

    /** Sizes are before and behind, dimension by dimension. */
    static FixedMap padded(int[] padding, FixedMaps.Context site) {
        site.requireRank(padding.length / 2);
        int[] before = new int[padding.length / 2];
        int[] output = new int[before.length];
        for (int i = 0; i < before.length; i++) {
            before[i] = padding[2 * i];
            output[i] = size(site, i) + padding[2 * i] + padding[2 * i + 1];
            if (output[i] < 1) {
                throw new DL4JInvalidInputException("An example has shape " + site.shape() + ", of which cropping "
                        + Arrays.toString(negated(padding)) + " leaves nothing at " + site.place());
            }
        }
        return WindowSum.sum(WindowGeometry.on(site.shape())
                .kernel(ones(before.length))
                .paddingBefore(before)
                .output(output)
                .build());
    }

    static FixedMap cropped(int[] cropping, FixedMaps.Context site) {
        return padded(negated(cropping), site);
    }

    private static int[] negated(int[] sizes) {
        return Arrays.stream(sizes).map(size -> -size).toArray();
    }

    /** Every position size times: the input with zeros between, summed over windows of that size. */
    static FixedMap upsampled(int[] sizes, int dimensions, FixedMaps.Context site) {
        site.requireRank(dimensions);
        int[] size = Arrays.copyOf(sizes, dimensions);
        int[] before = new int[dimensions];
        int[] output = new int[dimensions];
        for (int i = 0; i < dimensions; i++) {
            before[i] = size[i] - 1;
            output[i] = size(site, i) * size[i];
        }
        return WindowSum.sum(WindowGeometry.on(site.shape())
                .kernel(size)
                .inputDilation(size)
                .paddingBefore(before)
                .output(output)
                .build());
    }

    static FixedMap repeated(RepeatVector layer, FixedMaps.Context site) {
        site.requireRank(0);
        ExampleShape sequence = ExampleShape.of(site.shape().length(), 1);
        FixedMap map = upsampled(
                new int[] {layer.getN()},
                1,
                new FixedMaps.Context(sequence, site.maxPooling(), site.behind(), site.place()));
        return new Reread(map, sequence);
    }

    /** A map of an input whose columns are read in another way. */
    private record Reread(FixedMap map, ExampleShape shape) implements FixedMap {

        @Override
        public Pass forward(ForwardMessage input) {
            return map.forward(new ForwardMessage(input.moments().shapedAs(shape), input.covariance()));
        }
    }

    /** Blocks of pixels as channels. DL4J lists them block by block, all channels of a pixel after each other. */
    static FixedMap spaceToDepth(SpaceToDepthLayer layer, FixedMaps.Context site) {
        site.requireRank(2);
        int block = layer.getBlockSize();
        int channels = Math.toIntExact(site.shape().channels());
        int height = size(site, 0);
        int width = size(site, 1);
        if (height % block != 0 || width % block != 0) {
            throw new DL4JInvalidInputException("An example has shape " + site.shape()
                    + ", but height and width must be multiples of the block size " + block + " at " + site.place());
        }
        ExampleShape output = ExampleShape.of((long) channels * block * block, height / block, width / block);
        int[] columns = new int[Math.toIntExact(output.length())];
        int next = 0;
        for (int pixel = 0; pixel < block * block; pixel++) {
            for (int channel = 0; channel < channels; channel++) {
                for (int h = pixel / block; h < height; h += block) {
                    for (int w = pixel % block; w < width; w += block) {
                        columns[next++] = (channel * height + h) * width + w;
                    }
                }
            }
        }
        return new ColumnSelection(columns, output);
    }

    private static int size(FixedMaps.Context site, int dimension) {
        return Math.toIntExact(site.shape().dims()[dimension + 1]);
    }

    private static int[] ones(int count) {
        int[] ones = new int[count];
        Arrays.fill(ones, 1);
        return ones;
    }
}
