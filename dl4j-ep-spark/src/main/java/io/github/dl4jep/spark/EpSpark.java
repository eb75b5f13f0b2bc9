package io.github.dl4jep.spark;

import io.github.dl4jep.likelihood.Prediction;
import io.github.dl4jep.network.EpComputationGraph;
import io.github.dl4jep.network.EpMultiLayerNetwork;
import io.github.dl4jep.network.EpNetwork;
import java.util.Iterator;
import java.util.List;
import java.util.function.Supplier;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.deeplearning4j.datasets.iterator.IteratorDataSetIterator;
import org.nd4j.evaluation.IEvaluation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import scala.Tuple2;

/**
 * Predictions with uncertainty, and evaluations by the posterior, partition by partition. (DL4J's own {@code evaluate} of its Spark classes runs,
 * too, on the means of the weights alone.)
 */
public final class EpSpark {

    private static final int EVALUATION_BATCH = 256;

    private EpSpark() {}

    /** A replica in a task. */
    private record Replica(Broadcast<Definition> definition, Broadcast<byte[]> posterior)
            implements java.io.Serializable, Supplier<EpNetwork> {

        static Replica of(JavaSparkContext context, EpNetwork network) {
            return new Replica(
                    context.broadcast(Definition.of(network)), context.broadcast(Definition.parameters(network)));
        }

        @Override
        public EpNetwork get() {
            return definition.value().network(posterior.value());
        }
    }

    /**
     * Predicts every array of an RDD, of a network with one input and one output.
     *
     * @param context where
     * @param network the network; what it learns later is not seen
     * @param features [n, ...] each
     * @return a prediction with as many rows for each
     */
    public static JavaRDD<Prediction> predict(JavaSparkContext context, EpNetwork network, JavaRDD<INDArray> features) {
        Replica replica = Replica.of(context, network);
        return features.mapPartitions(arrays -> {
            EpNetwork copy = replica.get();
            return mapped(arrays, copy::prediction);
        });
    }

    /**
     * Predicts arrays with keys, of a network with one input and one output.
     *
     * @param context where
     * @param network the network; what it learns later is not seen
     * @param features [n, ...] each
     * @param <K> the keys
     * @return a prediction with as many rows for each
     */
    public static <K> JavaPairRDD<K, Prediction> predict(
            JavaSparkContext context, EpNetwork network, JavaPairRDD<K, INDArray> features) {
        Replica replica = Replica.of(context, network);
        return features.mapPartitionsToPair(arrays -> {
            EpNetwork copy = replica.get();
            return mapped(arrays, pair -> new Tuple2<>(pair._1(), copy.prediction(pair._2())));
        });
    }

    private static <A, B> Iterator<B> mapped(Iterator<A> from, java.util.function.Function<A, B> map) {
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return from.hasNext();
            }

            @Override
            public B next() {
                return map.apply(from.next());
            }
        };
    }

    /**
     * Evaluates the posterior's predictions.
     *
     * @param context where
     * @param network the network
     * @param data examples with labels
     * @param empty an evaluation that has seen nothing, as {@code new Evaluation()}
     * @param <T> kind of evaluation
     * @return the evaluation of all examples
     */
    @SuppressWarnings("unchecked") // DL4J's method takes any number of evaluations of a generic type.
    public static <T extends IEvaluation<T>> T evaluate(
            JavaSparkContext context, EpNetwork network, JavaRDD<DataSet> data, T empty) {
        Replica replica = Replica.of(context, network);
        List<T> parts = data.mapPartitions(sets -> {
                    T part = empty.newInstance();
                    if (sets.hasNext()) {
                        EpNetwork copy = replica.get();
                        IteratorDataSetIterator batches = new IteratorDataSetIterator(sets, EVALUATION_BATCH);
                        if (copy instanceof EpMultiLayerNetwork layers) {
                            layers.doEvaluation(batches, part);
                        } else {
                            ((EpComputationGraph) copy).doEvaluation(batches, part);
                        }
                    }
                    return List.of(part).iterator();
                })
                .collect();
        T all = empty.newInstance();
        parts.forEach(all::merge);
        return all;
    }
}
