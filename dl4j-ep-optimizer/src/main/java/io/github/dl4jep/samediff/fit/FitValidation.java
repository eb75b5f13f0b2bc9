package io.github.dl4jep.samediff.fit;

import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.dataset.api.iterator.MultiDataSetIterator;

/**
 * Validation data of a call of {@code fit}.
 *
 * @param data batches, or null for no validation
 * @param frequency number of epochs from one validation to the next; 0 or less is 1
 */
public record FitValidation(@Nullable MultiDataSetIterator data, int frequency) {

    public static FitValidation none() {
        return new FitValidation(null, 0);
    }

    boolean isDue(int epoch) {
        return data != null && (frequency <= 0 || epoch % frequency == 0);
    }
}
