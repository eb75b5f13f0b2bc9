package io.github.dl4jep.vertex;

import io.github.dl4jep.learned.Statistic;
import io.github.dl4jep.weight.WeightSite;
import java.io.Serializable;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BinaryOperator;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What a batch says about the parameters of a network: sites of weights and statistics of other learned numbers, by array. An
 * immutable value; those of several uses of one array, of several parts of a batch and of several workers add up.
 *
 * <p>Where a workspace is open, the arrays live in it; {@link #detached()} takes them out.
 */
public final class Sites implements Serializable {

    /** Says nothing. */
    public static final Sites NONE = new Sites(Map.of(), Map.of());

    private static final long serialVersionUID = 1L;

    @SuppressWarnings("serial") // a LinkedHashMap or an empty map
    private final Map<ParameterKey, WeightSite> sites;

    @SuppressWarnings("serial") // a LinkedHashMap or an empty map
    private final Map<ParameterKey, Statistic> statistics;

    private Sites(Map<ParameterKey, WeightSite> sites, Map<ParameterKey, Statistic> statistics) {
        this.sites = sites;
        this.statistics = statistics;
    }

    /**
     * The site of one array of weights.
     *
     * @param key the array
     * @param site what the batch says about it
     * @return sites of this array only
     */
    public static Sites of(ParameterKey key, WeightSite site) {
        return new Sites(Map.of(key, site), Map.of());
    }

    /**
     * The statistic of one learned number or row of numbers.
     *
     * @param key the number
     * @param statistic what the batch says about it
     * @return a statistic of this number only
     */
    public static Sites of(ParameterKey key, Statistic statistic) {
        return new Sites(Map.of(), Map.of(key, statistic));
    }

    /**
     * The site of an array of weights.
     *
     * @param key the array
     * @return what the batch says about it, or null for nothing
     */
    public @Nullable WeightSite site(ParameterKey key) {
        return sites.get(key);
    }

    /**
     * The statistic of a learned number.
     *
     * @param key the number
     * @return what the batch says about it, or null for nothing
     */
    public @Nullable Statistic statistic(ParameterKey key) {
        return statistics.get(key);
    }

    /**
     * All arrays that something is said about.
     *
     * @return their keys
     */
    public Set<ParameterKey> keys() {
        Set<ParameterKey> keys = new LinkedHashSet<>(sites.keySet());
        keys.addAll(statistics.keySet());
        return Collections.unmodifiableSet(keys);
    }

    /**
     * What both say.
     *
     * @param other further sites
     * @return all sites; those of the same array are added up
     */
    public Sites plus(Sites other) {
        return merged(other, WeightSite::plus, Statistic::plus);
    }

    /**
     * These sites, and what only an earlier sweep of the same batch said.
     *
     * @param earlier sites of the sweep before
     * @return these sites where there are some, else the earlier ones
     */
    public Sites orEarlier(Sites earlier) {
        return merged(earlier, (mine, before) -> mine, (mine, before) -> mine);
    }

    private Sites merged(Sites other, BinaryOperator<WeightSite> site, BinaryOperator<Statistic> statistic) {
        if (this == NONE || other == NONE) {
            return this == NONE ? other : this;
        }
        return new Sites(merged(sites, other.sites, site), merged(statistics, other.statistics, statistic));
    }

    private static <T> Map<ParameterKey, T> merged(
            Map<ParameterKey, T> mine, Map<ParameterKey, T> others, BinaryOperator<T> both) {
        Map<ParameterKey, T> all = new LinkedHashMap<>(mine);
        others.forEach((key, value) -> all.merge(key, value, both));
        return all;
    }

    /**
     * Looks for an infinity or a NaN.
     *
     * @param keys where to look, in this order
     * @return the first array whose site or statistic is not finite
     */
    public Optional<ParameterKey> notFinite(Iterable<ParameterKey> keys) {
        for (ParameterKey key : keys) {
            WeightSite site = sites.get(key);
            Statistic statistic = statistics.get(key);
            if ((site != null && !site.isFinite()) || (statistic != null && !statistic.isFinite())) {
                return Optional.of(key);
            }
        }
        return Optional.empty();
    }

    /**
     * Whether every number is finite.
     *
     * @return true if nothing is said that is infinite or NaN
     */
    public boolean areFinite() {
        return notFinite(keys()).isEmpty();
    }

    /**
     * These sites without those of some arrays, such as frozen ones.
     *
     * @param left which arrays to leave out
     * @return the other sites
     */
    public Sites without(Predicate<ParameterKey> left) {
        return new Sites(without(sites, left), without(statistics, left));
    }

    /**
     * What is said about weights alone.
     *
     * @return these sites without statistics of the data
     */
    public Sites ofWeights() {
        return new Sites(sites, Map.of());
    }

    /**
     * What is said about all but weights.
     *
     * @return the statistics of the data, without sites
     */
    public Sites ofData() {
        return new Sites(Map.of(), statistics);
    }

    private static <T> Map<ParameterKey, T> without(Map<ParameterKey, T> all, Predicate<ParameterKey> left) {
        Map<ParameterKey, T> rest = new LinkedHashMap<>(all);
        rest.keySet().removeIf(left);
        return rest;
    }

    /**
     * Copies that outlive the workspaces that are open.
     *
     * @return the same sites
     */
    public Sites detached() {
        UnaryOperator<INDArray> out = INDArray::detach;
        Map<ParameterKey, WeightSite> ofWeights = new LinkedHashMap<>();
        sites.forEach((key, site) -> {
            INDArray precision = site.precision();
            ofWeights.put(
                    key, new WeightSite(out.apply(site.shift()), precision == null ? null : out.apply(precision)));
        });
        return new Sites(ofWeights, statistics);
    }
}
