package io.github.dl4jep.spike;

/** Checks of numbers of time steps. */
final class TimeSteps {

    private TimeSteps() {}

    /** Throws unless there is at least one time step. */
    static void require(int timeSteps) {
        if (timeSteps < 1) {
            throw new IllegalArgumentException("number of time steps is " + timeSteps + ", allowed: 1 and more");
        }
    }

    /** Throws unless a step is one of the time steps. */
    static void require(int step, int timeSteps) {
        require(timeSteps);
        if (step < 0 || step >= timeSteps) {
            throw new IllegalArgumentException("time step is " + step + ", allowed: 0 to " + (timeSteps - 1)
                    + " for a train of " + timeSteps + " time steps");
        }
    }
}
