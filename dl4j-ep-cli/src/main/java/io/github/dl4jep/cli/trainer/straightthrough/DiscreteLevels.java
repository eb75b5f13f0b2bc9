package io.github.dl4jep.cli.trainer.straightthrough;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The values a discrete weight can have, before scaling. A latent weight that is NaN stays NaN. */
public enum DiscreteLevels {
    /** -1 and +1, by the sign; 0 goes to +1. */
    BINARY {
        @Override
        INDArray round(INDArray latent, double scale) {
            DataType type = latent.dataType();
            return notANumberOrZero(latent)
                    .addi(latent.gte(0).castTo(type))
                    .muli(2 * scale)
                    .subi(scale);
        }
    },
    /** -1, 0 and +1, the nearest; 1/2 goes to 1 and -1/2 to -1. */
    TERNARY {
        @Override
        INDArray round(INDArray latent, double scale) {
            DataType type = latent.dataType();
            return notANumberOrZero(latent)
                    .addi(latent.gte(0.5).castTo(type))
                    .subi(latent.lte(-0.5).castTo(type))
                    .muli(scale);
        }
    };

    /**
     * Rounds to the levels and scales.
     *
     * @param latent latent weights, not changed
     * @param scale c, what level 1 becomes
     * @return a new array of the same shape
     */
    abstract INDArray round(INDArray latent, double scale);

    private static INDArray notANumberOrZero(INDArray latent) {
        return latent.mul(0);
    }
}
