package io.github.dl4jep.cli.data.split;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * Which rows train and which rows test.
 *
 * @param train indices of the training rows
 * @param test indices of the test rows
 */
@SuppressWarnings("ArrayRecordComponent") // a pair of index lists that is never compared
public record Holdout(int[] train, int[] test) {
    /**
     * Holds rows out at random.
     *
     * @param rows the number of rows
     * @param testRows how many of them to hold out
     * @param seed the seed of the choice
     * @return the choice, both parts in random order
     */
    public static Holdout random(int rows, int testRows, long seed) {
        int[] order = Permutation.of(rows, seed);
        return new Holdout(Arrays.copyOfRange(order, testRows, rows), Arrays.copyOfRange(order, 0, testRows));
    }

    /**
     * Holds rows out at random, from each class in proportion to its size: its share is rounded down, and the rows still
     * missing come from the classes with the largest remainders.
     *
     * @param classOfRow the class of each row
     * @param classes the number of classes
     * @param testRows how many rows to hold out
     * @param seed the seed of the choice
     * @return the choice, both parts in random order
     */
    public static Holdout stratified(int[] classOfRow, int classes, int testRows, long seed) {
        int[] missing = testRowsPerClass(classOfRow, classes, testRows);
        IntStream.Builder train = IntStream.builder();
        IntStream.Builder test = IntStream.builder();
        for (int row : Permutation.of(classOfRow.length, seed)) {
            if (missing[classOfRow[row]] > 0) {
                missing[classOfRow[row]]--;
                test.add(row);
            } else {
                train.add(row);
            }
        }
        return new Holdout(train.build().toArray(), test.build().toArray());
    }

    private static int[] testRowsPerClass(int[] classOfRow, int classes, int testRows) {
        double[] share = new double[classes];
        for (int classIndex : classOfRow) {
            share[classIndex] += (double) testRows / classOfRow.length;
        }
        int[] count = Arrays.stream(share).mapToInt(s -> (int) Math.floor(s)).toArray();
        IntStream.range(0, classes)
                .boxed()
                .sorted(Comparator.comparingDouble(c -> count[c] - share[c]))
                .limit(testRows - Arrays.stream(count).sum())
                .forEach(c -> count[c]++);
        return count;
    }
}
