package io.github.dl4jep.spark;

import io.github.dl4jep.network.EpNetwork;
import io.github.dl4jep.store.EpCheckpoints;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.storage.StorageLevel;
import org.deeplearning4j.core.loader.DataSetLoader;
import org.deeplearning4j.core.loader.MultiDataSetLoader;
import org.deeplearning4j.core.storage.StatsStorageRouter;
import org.deeplearning4j.core.storage.listener.RoutingIterationListener;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.deeplearning4j.spark.api.TrainingHook;
import org.deeplearning4j.spark.api.TrainingMaster;
import org.deeplearning4j.spark.api.TrainingResult;
import org.deeplearning4j.spark.api.TrainingWorker;
import org.deeplearning4j.spark.api.stats.SparkTrainingStats;
import org.deeplearning4j.spark.impl.graph.SparkComputationGraph;
import org.deeplearning4j.spark.impl.multilayer.SparkDl4jMultiLayer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.MultiDataSet;

/**
 * Trains EP networks on Spark, through DL4J's own classes:
 *
 * <pre>{@code
 * EpTrainingMaster master = EpTrainingMaster.builder().batchSize(2048).build();
 * SparkDl4jMultiLayer network = new SparkDl4jMultiLayer(context, EpNetworks.from(configuration), master);
 * network.fit(trainingData); // one pass
 * }</pre>
 *
 * <p>Each step is that of one machine with the whole joint batch: the driver solves jointly and commits, the workers have the examples. The
 * examples of a batch are neighbours in the RDD, as in an iterator, so that results do not depend on the number of workers or partitions, nor
 * on what fails on the way; shuffle data that is sorted. Listeners, score and counters are those of the network on the driver.
 *
 * <p>Networks of sequences with a label for each have the parameters that one worker alone would find; one process keeps more covariances and draws
 * other signs (docs/scaling.md).
 *
 * <p>Not for networks with batch normalization, labels at steps or positions, truncated back-propagation through time, stacked examples or several
 * sweeps per batch: each is refused with the reason.
 */
public final class EpTrainingMaster implements TrainingMaster<TrainingResult, TrainingWorker<TrainingResult>> {

    /** Examples of a joint batch, if nothing else is said. */
    public static final int DEFAULT_BATCH_SIZE = 1024;

    private final TrainingSettings settings;
    private final @Nullable EpCheckpoints checkpoints;
    private List<TrainingListener> listeners = List.of();
    private EpTrainingStats stats = new EpTrainingStats(false);
    private boolean collectsStats;

    private EpTrainingMaster(TrainingSettings settings, @Nullable EpCheckpoints checkpoints) {
        this.settings = settings;
        this.checkpoints = checkpoints;
    }

    /**
     * A builder.
     *
     * @return one with the defaults
     */
    public static Builder builder() {
        return new Builder();
    }

    /** Makes a training master. */
    public static final class Builder {

        private TrainingSettings settings = new TrainingSettings(DEFAULT_BATCH_SIZE, 0, "MEMORY_AND_DISK");
        private @Nullable EpCheckpoints checkpoints;

        private Builder() {}

        /**
         * Sets the number of examples of a joint batch, which all workers share. {@value EpTrainingMaster#DEFAULT_BATCH_SIZE} without it.
         *
         * @param examples at least 1
         * @return this builder
         * @throws IllegalArgumentException if it is less than 1
         */
        public Builder batchSize(int examples) {
            settings = new TrainingSettings(examples, settings.workers(), settings.storageLevel());
            return this;
        }

        /**
         * Sets the number of parts of a batch, each of which is a task. Spark's default parallelism, usually the number of cores, without it.
         *
         * @param parts number of parts; 0 for the default
         * @return this builder
         * @throws IllegalArgumentException if it is negative
         */
        public Builder workers(int parts) {
            settings = new TrainingSettings(settings.batchSize(), parts, settings.storageLevel());
            return this;
        }

        /**
         * Sets where workers keep the examples of a pass. Memory and disk without it.
         *
         * @param level one of Spark's storage levels
         * @return this builder
         * @throws IllegalArgumentException if nothing is kept at that level
         */
        public Builder storageLevel(StorageLevel level) {
            settings = new TrainingSettings(settings.batchSize(), settings.workers(), TrainingSettings.nameOf(level));
            return this;
        }

        /**
         * Sets checkpoints, which the driver writes. A training goes on from them with
         * {@code new SparkDl4jMultiLayer(context, checkpoints.resume(network), master)}, also in the middle of a pass.
         *
         * @param folder where to, and how often
         * @return this builder
         */
        public Builder checkpoints(EpCheckpoints folder) {
            checkpoints = folder;
            return this;
        }

        /**
         * The training master.
         *
         * @return a new one
         */
        public EpTrainingMaster build() {
            return new EpTrainingMaster(settings, checkpoints);
        }
    }

    /**
     * Examples of a joint batch.
     *
     * @return at least 1
     */
    public int getBatchSize() {
        return settings.batchSize();
    }

    /**
     * Parts of a batch.
     *
     * @return the number; 0 for Spark's default parallelism
     */
    public int getWorkers() {
        return settings.workers();
    }

    /**
     * Where workers keep the examples of a pass.
     *
     * @return name of Spark's storage level
     */
    public String getStorageLevel() {
        return settings.storageLevel();
    }

    @Override
    public String toJson() {
        return settings.toJson();
    }

    @Override
    public String toYaml() {
        return settings.toYaml();
    }

    /**
     * Reads what {@link #toJson} wrote; checkpoints and listeners are not part of it.
     *
     * @param json the settings
     * @return a training master with them
     * @throws IllegalArgumentException if the text is no such settings
     */
    public static EpTrainingMaster fromJson(String json) {
        return new EpTrainingMaster(TrainingSettings.fromJson(json), null);
    }

    /**
     * Reads what {@link #toYaml} wrote; checkpoints and listeners are not part of it.
     *
     * @param yaml the settings
     * @return a training master with them
     * @throws IllegalArgumentException if the text is no such settings
     */
    public static EpTrainingMaster fromYaml(String yaml) {
        return new EpTrainingMaster(TrainingSettings.fromYaml(yaml), null);
    }

    @Override
    public void executeTraining(SparkDl4jMultiLayer network, JavaRDD<DataSet> trainingData) {
        train(network, trainingData.map(DataSet::toMultiDataSet));
    }

    @Override
    public void executeTraining(SparkComputationGraph graph, JavaRDD<DataSet> trainingData) {
        train(graph, trainingData.map(DataSet::toMultiDataSet));
    }

    @Override
    public void executeTrainingMDS(SparkComputationGraph graph, JavaRDD<MultiDataSet> trainingData) {
        train(graph, trainingData);
    }

    @Override
    public void executeTrainingPaths(
            @Nullable SparkDl4jMultiLayer network,
            @Nullable SparkComputationGraph graph,
            JavaRDD<String> trainingDataPaths,
            @Nullable DataSetLoader dsLoader,
            @Nullable MultiDataSetLoader mdsLoader) {
        JavaSparkContext context = network != null
                ? network.getSparkContext()
                : Objects.requireNonNull(graph, "there is no network").getSparkContext();
        JavaRDD<MultiDataSet> data = DataFiles.loaded(context, trainingDataPaths, dsLoader, mdsLoader);
        if (network != null) {
            train(network, data);
        } else {
            train(Objects.requireNonNull(graph), data);
        }
    }

    private void train(SparkDl4jMultiLayer spark, JavaRDD<? extends MultiDataSet> data) {
        EpNetwork network = epNetwork(spark.getNetwork());
        train(network, spark.getSparkContext(), data.map(set -> set));
        spark.setScore(network.score());
    }

    private void train(SparkComputationGraph spark, JavaRDD<? extends MultiDataSet> data) {
        EpNetwork network = epNetwork(spark.getNetwork());
        train(network, spark.getSparkContext(), data.map(set -> set));
        spark.setScore(network.score());
    }

    private static EpNetwork epNetwork(Model network) {
        if (network instanceof EpNetwork ep) {
            return ep;
        }
        throw new DL4JInvalidConfigException(
                "The network is a " + network.getClass().getSimpleName()
                        + ", allowed are EP networks; give SparkDl4jMultiLayer or SparkComputationGraph the network that"
                        + " EpNetworks.from(configuration) returns, not its configuration");
    }

    private void train(EpNetwork network, JavaSparkContext context, JavaRDD<MultiDataSet> data) {
        List<TrainingListener> before = new ArrayList<>(network.getListeners());
        List<TrainingListener> all = new ArrayList<>(before);
        listeners.stream().filter(listener -> !before.contains(listener)).forEach(all::add);
        network.setListeners(all);
        try {
            int parts = settings.workers() == 0 ? context.defaultParallelism() : settings.workers();
            new TrainingPass(network, context, settings.batchSize(), parts, stats)
                    .train(data, settings.level(), checkpoints);
        } finally {
            network.setListeners(before);
        }
    }

    @Override
    public void setListeners(@Nullable Collection<TrainingListener> newListeners) {
        listeners = newListeners == null ? List.of() : List.copyOf(newListeners);
    }

    @Override
    public void setListeners(@Nullable StatsStorageRouter router, @Nullable Collection<TrainingListener> newListeners) {
        setListeners(newListeners);
        for (TrainingListener listener : listeners) {
            if (router != null && listener instanceof RoutingIterationListener routing) {
                routing.setStorageRouter(router);
            }
        }
    }

    @Override
    public void setCollectTrainingStats(boolean collect) {
        collectsStats = collect;
        stats = new EpTrainingStats(collect);
    }

    @Override
    public boolean getIsCollectTrainingStats() {
        return collectsStats;
    }

    /**
     * How long jobs took since {@code setCollectTrainingStats(true)}.
     *
     * @return the times, or null if none are collected
     */
    @Override
    @SuppressWarnings("NullAway") // DL4J's own masters return null, too.
    public @Nullable SparkTrainingStats getTrainingStats() {
        return collectsStats ? stats : null;
    }

    /** Nothing is written outside of Spark's own storage; returns true. */
    @Override
    public boolean deleteTempFiles(JavaSparkContext sc) {
        return true;
    }

    /** Nothing is written outside of Spark's own storage; returns true. */
    @Override
    public boolean deleteTempFiles(SparkContext sc) {
        return true;
    }

    /** Workers have sums, no updates that a hook could see; throws. */
    @Override
    public void addHook(TrainingHook trainingHook) {
        throw noHooks();
    }

    /** There are no hooks; throws. */
    @Override
    public void removeHook(TrainingHook trainingHook) {
        throw noHooks();
    }

    private static UnsupportedOperationException noHooks() {
        return new UnsupportedOperationException(
                "EP has no update of one worker that a hook could change; use setListeners(...), which hear of every step");
    }

    /** A worker alone learns nothing; throws. */
    @Override
    public TrainingWorker<TrainingResult> getWorkerInstance(SparkDl4jMultiLayer network) {
        throw noWorker();
    }

    /** A worker alone learns nothing; throws. */
    @Override
    public TrainingWorker<TrainingResult> getWorkerInstance(SparkComputationGraph graph) {
        throw noWorker();
    }

    private static UnsupportedOperationException noWorker() {
        return new UnsupportedOperationException(
                "Workers of EP share each batch, none learns alone; call fit(...) of SparkDl4jMultiLayer or SparkComputationGraph");
    }
}
