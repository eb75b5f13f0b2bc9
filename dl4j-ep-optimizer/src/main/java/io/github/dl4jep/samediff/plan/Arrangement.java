package io.github.dl4jep.samediff.plan;

import org.nd4j.linalg.api.ndarray.INDArray;

/** How a SameDiff variable arranges the weights that EP keeps as a matrix [nIn, nOut] or a row [1, n]. */
public enum Arrangement {
    /** A row, in whatever shape the variable has. */
    ROW {
        @Override
        public INDArray toVariable(INDArray posterior, long[] shape) {
            return posterior.dup('c').reshape('c', shape);
        }

        @Override
        public INDArray toPosterior(INDArray variable) {
            return variable.dup('c').reshape('c', 1, variable.length());
        }
    },
    /** [nIn, nOut]. */
    MATRIX {
        @Override
        public INDArray toVariable(INDArray posterior, long[] shape) {
            return posterior;
        }

        @Override
        public INDArray toPosterior(INDArray variable) {
            return variable;
        }
    },
    /** [nOut, nIn]. */
    TRANSPOSED {
        @Override
        public INDArray toVariable(INDArray posterior, long[] shape) {
            return posterior.transpose();
        }

        @Override
        public INDArray toPosterior(INDArray variable) {
            return variable.transpose();
        }
    },
    /** [height, width, channels, nOut]; EP's rows are [channels, height, width]. */
    KERNEL_YXIO {
        @Override
        public INDArray toVariable(INDArray posterior, long[] shape) {
            return posterior
                    .dup('c')
                    .reshape('c', shape[2], shape[0], shape[1], shape[3])
                    .permute(1, 2, 0, 3);
        }

        @Override
        public INDArray toPosterior(INDArray variable) {
            return rows(variable.permute(2, 0, 1, 3));
        }
    },
    /** [nOut, channels, height, width]. */
    KERNEL_OIYX {
        @Override
        public INDArray toVariable(INDArray posterior, long[] shape) {
            return posterior
                    .dup('c')
                    .reshape('c', shape[1], shape[2], shape[3], shape[0])
                    .permute(3, 0, 1, 2);
        }

        @Override
        public INDArray toPosterior(INDArray variable) {
            return rows(variable.permute(1, 2, 3, 0));
        }
    },
    /** [nOut, height, width, channels]. */
    KERNEL_OYXI {
        @Override
        public INDArray toVariable(INDArray posterior, long[] shape) {
            return posterior
                    .dup('c')
                    .reshape('c', shape[3], shape[1], shape[2], shape[0])
                    .permute(3, 1, 2, 0);
        }

        @Override
        public INDArray toPosterior(INDArray variable) {
            return rows(variable.permute(3, 1, 2, 0));
        }
    };

    /**
     * From EP's array to the variable's.
     *
     * @param posterior [nIn, nOut] or [1, n]; not changed
     * @param shape the variable's shape
     * @return an array of that shape, perhaps a view
     */
    public abstract INDArray toVariable(INDArray posterior, long[] shape);

    /**
     * From the variable's array to EP's.
     *
     * @param variable not changed
     * @return [nIn, nOut] or [1, n], perhaps a view
     */
    public abstract INDArray toPosterior(INDArray variable);

    /** The arrangement of a convolution's kernel by ND4J's number of its weights format. */
    public static Arrangement kernel(long format) {
        return format == 0 ? KERNEL_YXIO : format == 1 ? KERNEL_OIYX : KERNEL_OYXI;
    }

    /** Number of units and of channels of a kernel of this shape. */
    public long[] outIn(long[] shape) {
        return switch (this) {
            case KERNEL_YXIO -> new long[] {shape[3], shape[2]};
            case KERNEL_OIYX -> new long[] {shape[0], shape[1]};
            case KERNEL_OYXI -> new long[] {shape[0], shape[3]};
            default -> throw new IllegalStateException(this + " is no kernel");
        };
    }

    private static INDArray rows(INDArray kernel) {
        return kernel.dup('c').reshape('c', -1, kernel.size(3));
    }
}
