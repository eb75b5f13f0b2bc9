package io.github.dl4jep.spark;

import java.util.Objects;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.datavec.spark.util.SerializableHadoopConfig;
import org.deeplearning4j.core.loader.DataSetLoader;
import org.deeplearning4j.core.loader.MultiDataSetLoader;
import org.deeplearning4j.spark.data.loader.RemoteFileSourceFactory;
import org.jspecify.annotations.Nullable;
import org.nd4j.common.loader.SourceFactory;
import org.nd4j.linalg.dataset.api.MultiDataSet;

/** Data sets in files that Hadoop reads; each task loads those of its partition. */
final class DataFiles {

    private DataFiles() {}

    /** The data sets of some paths, by the loader that is there; the first, if both are. */
    static JavaRDD<MultiDataSet> loaded(
            JavaSparkContext context,
            JavaRDD<String> paths,
            @Nullable DataSetLoader sets,
            @Nullable MultiDataSetLoader multiSets) {
        Broadcast<SerializableHadoopConfig> hadoop =
                context.broadcast(new SerializableHadoopConfig(context.hadoopConfiguration()));
        SourceFactory sources = new RemoteFileSourceFactory(hadoop);
        if (sets != null) {
            return paths.map(path -> sets.load(sources.getSource(path)).toMultiDataSet());
        }
        MultiDataSetLoader loader = Objects.requireNonNull(multiSets, "there is no loader");
        return paths.map(path -> loader.load(sources.getSource(path)));
    }
}
