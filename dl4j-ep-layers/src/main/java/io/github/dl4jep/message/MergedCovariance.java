package io.github.dl4jep.message;

import java.util.List;
import java.util.Objects;

/** The covariance of activations whose units are put beside one another and that do not depend on the same weights. */
public final class MergedCovariance {

    private MergedCovariance() {}

    /**
     * Puts activations beside one another.
     *
     * @param parts message of each activation
     * @param shares share of each in all units
     * @return the mean over all units; of sequences the covariance of their steps
     */
    public static BatchCovariance of(List<BatchCovariance> parts, List<Double> shares) {
        List<StepCovariance> ofSteps = parts.stream()
                .map(BatchCovariance::steps)
                .filter(Objects::nonNull)
                .toList();
        if (ofSteps.size() == parts.size()) {
            return BatchCovariance.of(
                    new CombinedSteps(ofSteps, 1, true), parts.get(0).inducing());
        }
        BatchCovariance mean = BatchCovariance.none();
        for (int i = 0; i < parts.size(); i++) {
            // Collapsed first: the gain of one branch has not the columns of all.
            mean = mean.plus(parts.get(i).collapsed().withoutFeatures().times(shares.get(i)));
        }
        return mean;
    }
}
