package io.github.dl4jep.cli.data.source;

import java.io.IOException;
import java.nio.file.Path;
import org.deeplearning4j.common.resources.DL4JResources;
import org.deeplearning4j.datasets.iterator.impl.MnistDataSetIterator;
import org.nd4j.linalg.dataset.DataSet;

/** MNIST as DL4J finds it: in its cache, else downloaded into its cache. Pixels lie between 0 and 1. */
class MnistDownload {
    private static final int TRAIN_ROWS = 60_000;
    private static final int TEST_ROWS = 10_000;

    /** Returns the folder that DL4J reads from and downloads to. */
    Path cache() {
        return DL4JResources.getBaseDirectory().toPath();
    }

    /**
     * Loads one half in its published order.
     *
     * @param train whether the training rows are wanted
     * @return features {@code [rows, 784]} and one-hot labels {@code [rows, 10]}
     * @throws IOException if the files are neither in the cache nor can be downloaded
     */
    DataSet load(boolean train) throws IOException {
        int rows = train ? TRAIN_ROWS : TEST_ROWS;
        return new MnistDataSetIterator(rows, rows, false, train, false, 0).next();
    }
}
