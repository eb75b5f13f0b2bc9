package io.github.dl4jep.engine;

import io.github.dl4jep.vertex.Learner;
import io.github.dl4jep.weight.KeptMoments;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;

/**
 * Who looks at the parameters of a graph: any number of threads that predict, or one that changes something. What predictions keep of
 * parameters is forgotten before they change.
 */
final class ParameterLock {

    private final ReadWriteLock lock = new ReentrantReadWriteLock(true);
    private final List<KeptMoments> kept;

    /**
     * A lock.
     *
     * @param learners of all parameters that may change
     */
    ParameterLock(Collection<Learner> learners) {
        this.kept = learners.stream()
                .map(Learner::kept)
                .filter(Objects::nonNull)
                .distinct()
                .toList();
    }

    /** Runs while nothing changes. */
    <T> T reading(Supplier<T> computation) {
        lock.readLock().lock();
        try {
            return computation.get();
        } finally {
            lock.readLock().unlock();
        }
    }

    /** Runs while nobody else reads or changes anything. */
    <T> T changing(Supplier<T> computation) {
        lock.writeLock().lock();
        kept.forEach(each -> each.setChanging(true));
        try {
            return computation.get();
        } finally {
            kept.forEach(each -> each.setChanging(false));
            lock.writeLock().unlock();
        }
    }

    /** Says that parameters stay as they are from now on. */
    void fix() {
        kept.forEach(KeptMoments::fix);
    }
}
