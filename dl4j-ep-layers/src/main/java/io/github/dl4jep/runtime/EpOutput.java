package io.github.dl4jep.runtime;

import io.github.dl4jep.conf.EpOutputConf;
import io.github.dl4jep.vertex.LikelihoodVertex;
import io.github.dl4jep.vertex.Vertex;
import org.jspecify.annotations.Nullable;

/** A layer with labels. */
public interface EpOutput extends EpRuntime {

    /**
     * The configuration, which holds likelihood, schedule and pass counter.
     *
     * @return the configuration
     */
    EpOutputConf outputConf();

    /**
     * Number of outputs.
     *
     * @return columns of the potentials
     */
    long outputs();

    /**
     * What labels say to the potentials.
     *
     * @return the likelihood
     */
    LikelihoodVertex likelihood();

    /**
     * A second map from the same input, with a likelihood for the same labels, that only teaches.
     *
     * @return the teacher, or null for none
     */
    default @Nullable Teacher teacher() {
        return null;
    }

    /**
     * The same where its weights are those of the layer directly before: its map reads what that layer reads.
     *
     * @param before that layer
     * @return the teacher, or null where it is not there
     * @throws org.deeplearning4j.exception.DL4JInvalidConfigException if the layer should have weights for a teacher, and has none
     */
    default @Nullable Teacher teacherBehind(EpRuntime before) {
        return null;
    }

    /**
     * What teaches the features beside the likelihood.
     *
     * @param vertex from the input of the output layer to the teacher's potentials
     * @param likelihood what labels say to them
     */
    record Teacher(Vertex vertex, LikelihoodVertex likelihood) {}
}
