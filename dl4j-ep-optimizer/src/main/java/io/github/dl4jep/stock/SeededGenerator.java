package io.github.dl4jep.stock;

import java.util.function.Supplier;
import org.nd4j.linalg.api.rng.Random;
import org.nd4j.linalg.factory.Nd4j;

/**
 * ND4J's generator with a seed of its own for a while; closing it puts back the state before, so that draws of others go on as
 * if nothing had been drawn.
 *
 * <p>ND4J has one generator per thread: open and close it in the same one.
 *
 * <p>Quality: Preview.
 */
public final class SeededGenerator implements AutoCloseable {

    private final Random generator = Nd4j.getRandom();
    private final long seedBefore = generator.getSeed();
    private final long rootState = generator.rootState();
    private final long nodeState = generator.nodeState();

    private SeededGenerator() {}

    /**
     * Sets a seed until closed.
     *
     * @param seed the seed
     * @return what puts the state back
     */
    public static SeededGenerator of(long seed) {
        SeededGenerator borrowed = new SeededGenerator();
        borrowed.generator.setSeed(seed);
        return borrowed;
    }

    /**
     * Draws with a seed; the state of ND4J's generator is the same before and after.
     *
     * @param seed the seed
     * @param draw what draws
     * @param <T> what is drawn
     * @return what was drawn
     */
    public static <T> T drawn(long seed, Supplier<T> draw) {
        try (SeededGenerator generator = of(seed)) {
            return draw.get();
        }
    }

    /** Puts the state back that the generator had before. */
    @Override
    public void close() {
        generator.setSeed(seedBefore);
        generator.setStates(rootState, nodeState);
    }
}
