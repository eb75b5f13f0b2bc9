package io.github.dl4jep.type;

import io.github.dl4jep.message.ExampleFormat;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.jspecify.annotations.Nullable;

/**
 * Where the arrays at each place of a network have their channels, in a list of layers as in a graph. Only some layers say it. The others,
 * and vertices that are no layers, have the order of what they read. A network's input has the order of the first that says so among
 * the places that its arrays reach before they become columns.
 *
 * @param <N> type of the places
 */
public final class FormatSearch<N> {

    /**
     * The places of a network.
     *
     * @param <N> type of the places
     */
    public interface Network<N> {

        /**
         * The preprocessor in front of a place.
         *
         * @param place a place
         * @return the preprocessor, or null
         */
        @Nullable
        InputPreProcessor preProcessor(N place);

        /**
         * The layer at a place.
         *
         * @param place a place
         * @return the layer, or null for a vertex that is none
         */
        @Nullable
        Layer layer(N place);

        /**
         * What a place reads.
         *
         * @param place a place
         * @return places and network inputs, in order
         */
        List<N> inputs(N place);

        /**
         * What reads a place.
         *
         * @param place a place or a network input
         * @return places, in order
         */
        List<N> readers(N place);
    }

    private final Network<N> network;
    private final Map<N, ExampleFormat> formats = new HashMap<>();

    private FormatSearch(Network<N> network) {
        this.network = network;
    }

    /**
     * The format of every activation and input.
     *
     * @param network the network
     * @param networkInputs its inputs
     * @param places its places, inputs before what reads them
     * @param <N> type of the places
     * @return format by place or network input
     */
    public static <N> Map<N, ExampleFormat> of(Network<N> network, List<N> networkInputs, List<N> places) {
        FormatSearch<N> search = new FormatSearch<>(network);
        for (N input : networkInputs) {
            ExampleFormat known = search.read(input, new HashSet<>());
            search.formats.put(input, known == null ? ExampleFormat.CHANNELS_FIRST : known);
        }
        for (N place : places) {
            search.formats.put(place, search.written(place));
        }
        return search.formats;
    }

    /** What the first reader that knows says; null if none does. After branches that meet again everything is asked once. */
    private @Nullable ExampleFormat read(N place, Set<N> asked) {
        for (N reader : network.readers(place)) {
            ExampleFormat known = asked.add(reader) ? said(reader, asked) : null;
            if (known != null) {
                return known;
            }
        }
        return null;
    }

    private @Nullable ExampleFormat said(N reader, Set<N> asked) {
        InputPreProcessor preProcessor = network.preProcessor(reader);
        if (preProcessor != null) {
            return DataFormats.of(preProcessor);
        }
        Layer layer = network.layer(reader);
        ExampleFormat own = layer == null ? null : LayerTypes.format(layer);
        boolean goesOn = own == null && (layer == null || LayerTypes.keepsPositions(layer));
        return goesOn ? read(reader, asked) : own;
    }

    private ExampleFormat written(N place) {
        Layer layer = network.layer(place);
        ExampleFormat own = layer == null ? null : LayerTypes.format(layer);
        if (own != null) {
            return own;
        }
        return network.preProcessor(place) != null
                ? ExampleFormat.CHANNELS_FIRST
                : formats.getOrDefault(network.inputs(place).get(0), ExampleFormat.CHANNELS_FIRST);
    }
}
