package io.github.dl4jep.samediff.layer;

import java.util.List;
import org.deeplearning4j.exception.DL4JInvalidConfigException;

/** The graph of a layer that computes more than what the layer returns. */
final class SeveralOutputsException extends DL4JInvalidConfigException {

    private static final long serialVersionUID = 1L;

    SeveralOutputsException(List<String> outputs) {
        super("its graph has " + outputs.size() + " outputs " + outputs
                + ", but a layer has one; leave out what the layer does not return, or write a vertex for each");
    }
}
