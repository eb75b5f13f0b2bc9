package io.github.dl4jep.network;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.jspecify.annotations.Nullable;

/**
 * Always the first listener of an EP network. It counts a pass when the pass ends: before any other listener hears of it, so that
 * what those save goes on as if it had not been interrupted; and also where DL4J's early stopping loops over batches by itself and
 * calls nothing but listeners.
 */
final class PassListener extends BaseTrainingListener {

    private static final PassListener INSTANCE = new PassListener();

    private PassListener() {}

    /**
     * A network's listeners with this one in front.
     *
     * @param listeners those that were set, or null for none
     * @return a new list
     */
    static List<TrainingListener> before(@Nullable Collection<TrainingListener> listeners) {
        List<TrainingListener> all = new ArrayList<>();
        all.add(INSTANCE);
        if (listeners != null) {
            listeners.stream().filter(listener -> listener != INSTANCE).forEach(all::add);
        }
        return all;
    }

    @Override
    public void onEpochStart(Model model) {
        if (model instanceof EpNetwork network) {
            EpEngine.of(network).announcePass();
        }
    }

    @Override
    public void onEpochEnd(Model model) {
        if (model instanceof EpNetwork network) {
            EpEngine.of(network).countPass();
        }
    }
}
