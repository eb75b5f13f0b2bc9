package io.github.dl4jep.network;

import java.util.Comparator;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** Rows drawn without replacement: each next one in proportion to its weight, among those that are left. */
final class ProportionalChoice {

    private ProportionalChoice() {}

    /**
     * Draws rows: those of the largest log weights after standard Gumbel noise, in order, are such a draw.
     *
     * <p>Source: W. Kool, H. van Hoof and M. Welling 2019, "Stochastic Beams and Where to Find Them", ICML, arXiv:1903.06059, section 2.3.
     *
     * @param logWeights the log of each row's weight, up to a constant; a weight of 0 comes after all others, in the order of the rows
     * @param count how many, at most as many as there are
     * @param random where the noise comes from
     * @return the rows in the order in which they were drawn
     */
    static int[] draw(double[] logWeights, int count, SplittableRandom random) {
        double[] noisy = new double[logWeights.length];
        for (int row = 0; row < noisy.length; row++) {
            // Within (0, 1), so that the noise is finite.
            double uniform = random.nextDouble(Double.MIN_NORMAL, 1);
            noisy[row] = logWeights[row] - Math.log(-Math.log(uniform));
        }
        return largest(noisy, count);
    }

    /**
     * Takes the largest.
     *
     * @param values one for each row
     * @param count how many, at most as many as there are
     * @return the rows of the largest values, these first; of equal ones the earlier
     */
    static int[] largest(double[] values, int count) {
        return IntStream.range(0, values.length)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer row) -> -values[row]))
                .limit(count)
                .mapToInt(row -> row)
                .toArray();
    }
}
