package io.github.dl4jep.cli.train;

import java.util.concurrent.CountDownLatch;

/**
 * Ctrl-C and the signal TERM during training: the batch under way is finished and a checkpoint written before the program ends. Java ends a
 * program by itself as soon as its shutdown hooks have run, so a hook waits for the training.
 */
public final class Interruption implements AutoCloseable {
    /** The exit code of a program that was interrupted, as shells have it. */
    public static final int EXIT_CODE = 130;

    private final CountDownLatch finished = new CountDownLatch(1);
    private final Thread hook = new Thread(this::onSignal, "dl4j-ep-interruption");
    private volatile boolean requested;
    private volatile int exitCode = EXIT_CODE;

    private Interruption() {}

    /**
     * Listens to signals until it is closed.
     *
     * @return the listener
     */
    public static Interruption ofSignals() {
        Interruption interruption = new Interruption();
        Runtime.getRuntime().addShutdownHook(interruption.hook);
        return interruption;
    }

    /**
     * Listens to nothing but {@link #request}.
     *
     * @return the listener
     */
    static Interruption manual() {
        return new Interruption();
    }

    /** Asks for the end of training. */
    void request() {
        requested = true;
    }

    /**
     * Says whether training is to stop.
     *
     * @return true after a signal
     */
    boolean isRequested() {
        return requested;
    }

    private void onSignal() {
        requested = true;
        try {
            finished.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Runtime.getRuntime().halt(exitCode);
    }

    /**
     * Lets the program end; to be called when all is written and said.
     *
     * @param code the exit code if a signal has come
     */
    public void finish(int code) {
        exitCode = code;
        finished.countDown();
    }

    /** Listens no longer. */
    @Override
    public void close() {
        finished.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The program is ending: the hook waits for finish(), or has just been let go.
            requested = true;
        }
    }
}
