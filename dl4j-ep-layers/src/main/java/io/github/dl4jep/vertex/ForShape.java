package io.github.dl4jep.vertex;

import io.github.dl4jep.message.ExampleShape;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * An immutable thing that is made for inputs of one shape, such as the windows on an image; the last one is kept.
 *
 * @param <T> what is made
 */
final class ForShape<T> {

    private final Function<ExampleShape, T> make;
    private volatile @Nullable Made<T> last;

    private record Made<T>(ExampleShape shape, T value) {}

    ForShape(Function<ExampleShape, T> make) {
        this.make = make;
    }

    /** Threads that ask for different shapes at once make more of them, but each gets its own. */
    T get(ExampleShape shape) {
        Made<T> made = last;
        if (made == null || !made.shape().equals(shape)) {
            made = new Made<>(shape, make.apply(shape));
            last = made;
        }
        return made.value();
    }
}
