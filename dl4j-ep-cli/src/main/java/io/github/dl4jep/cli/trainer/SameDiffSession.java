package io.github.dl4jep.cli.trainer;

import io.github.dl4jep.cli.data.format.Task;
import io.github.dl4jep.cli.definition.SameDiffGraph;
import io.github.dl4jep.cli.failure.UserException;
import io.github.dl4jep.convert.EpOptions;
import io.github.dl4jep.samediff.EpSameDiff;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.TrainingConfig;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.learning.config.IUpdater;

/** A SameDiff graph in training: by expectation propagation, or by SameDiff's own gradients. */
abstract class SameDiffSession implements TrainingSession {
    /** Networks drawn for {@link #sampledScores}. */
    private static final int DRAWS = 20;

    final SameDiff graph;
    final EpSameDiff ep;
    final TrainingJob job;

    private SameDiffSession(SameDiff graph, EpSameDiff ep, TrainingJob job) {
        this.graph = graph;
        this.ep = ep;
        this.job = job;
    }

    /** Trains by EP, from the prior. */
    static TrainingSession ep(SameDiffGraph file, TrainingJob job, EpOptions options) {
        requireNoUnits(job);
        SameDiff graph = file.graph();
        return new ByEp(graph, EpSameDiff.of(graph, options, file.seed()), job, options);
    }

    /** Trains by SameDiff itself, from the arrays in the file. */
    static TrainingSession gradients(SameDiffGraph file, TrainingJob job, IUpdater updater) {
        requireNoUnits(job);
        SameDiff graph = file.graph();
        TrainingConfig config = graph.getTrainingConfig();
        config.setUpdater(updater);
        graph.setTrainingConfig(config);
        return new ByGradients(graph, EpSameDiff.of(graph, EpOptions.defaults()), job, updater);
    }

    private static void requireNoUnits(TrainingJob job) {
        if (job.variant().units() != null) {
            throw new UserException("--units does not change a SameDiff graph: write the units into the graph.");
        }
    }

    private static final class ByEp extends SameDiffSession {
        private final Map<String, Object> options;

        ByEp(SameDiff graph, EpSameDiff ep, TrainingJob job, EpOptions options) {
            super(graph, ep, job);
            this.options = options.asMap();
        }

        @Override
        public Map<String, Object> options() {
            return options;
        }

        @Override
        public void trainPass(DataSetIterator batches) {
            ep.fit(batches, 1);
        }

        @Override
        public Predictive predict(DataSet rows) {
            return Predictive.of(ep.predict(rows.getFeatures()));
        }

        @Override
        public Optional<INDArray> pointScores(DataSet rows) {
            return job.task() == Task.CLASSIFICATION
                    ? Optional.of(ep.pointOutput(rows.getFeatures()))
                    : Optional.empty();
        }

        @Override
        public Optional<INDArray> sampledScores(DataSet rows) {
            return job.task() == Task.CLASSIFICATION
                    ? Optional.of(ep.network()
                            .predictor()
                            .sample(rows.getFeatures(), DRAWS)
                            .mean(0))
                    : Optional.empty();
        }
    }

    private static final class ByGradients extends SameDiffSession {
        private final IUpdater updater;

        ByGradients(SameDiff graph, EpSameDiff reader, TrainingJob job, IUpdater updater) {
            super(graph, reader, job);
            this.updater = updater;
        }

        @Override
        public Map<String, Object> options() {
            Map<String, Object> options = new LinkedHashMap<>();
            options.put("learningRate", updater.getLearningRate(0, 0));
            return options;
        }

        @Override
        public void trainPass(DataSetIterator batches) {
            graph.fit(batches, 1);
        }

        @Override
        public Predictive predict(DataSet rows) {
            return job.predict(rows, some -> ep.pointOutput(some.getFeatures()));
        }
    }
}
