package io.github.dl4jep.weight;

/** The range of a polarisation, which the discrete priors share. */
final class Polarisation {

    private static final double LARGEST = 1.1;

    private Polarisation() {}

    static double checked(double polarisation) {
        if (!(polarisation >= 1 && polarisation <= LARGEST)) {
            throw new IllegalArgumentException("polarisation is " + polarisation + ", allowed is [1, " + LARGEST
                    + "]: a factor per batch, 1 for none");
        }
        return polarisation;
    }
}
