package io.github.dl4jep.solve;

import java.util.function.UnaryOperator;

/**
 * Conjugate gradients with a preconditioner: the solution of A x = b for a symmetric, positive definite A of which only products are known.
 * They start from 0, and what is reached when they end explains less of b than the exact solution.
 *
 * <p>Source: Hestenes and Stiefel 1952.
 *
 * @param matrix A x
 * @param preconditioner an approximation of \( A^{-1} x \), symmetric and positive definite
 * @param tolerance length of what is left of b, relative to b, at which iterations end
 * @param most iterations, each of which takes a product with A
 */
record ConjugateGradients(
        UnaryOperator<double[]> matrix, UnaryOperator<double[]> preconditioner, double tolerance, int most) {

    /**
     * Solves for one right-hand side.
     *
     * @param goal b
     * @return x
     * @throws ArithmeticException if numbers are not finite: a NaN would end the iterations, and the batch would seem to say nothing
     */
    double[] solve(double[] goal) {
        double[] solution = new double[goal.length];
        double[] left = goal.clone();
        double[] step = preconditioner.apply(left);
        double[] direction = step.clone();
        double energy = dot(left, step);
        double least = tolerance * tolerance * dot(goal, goal);
        requireFinite(least);
        for (int iteration = 0; iteration < most && dot(left, left) > least; iteration++) {
            double[] image = matrix.apply(direction);
            double slope = dot(direction, image);
            requireFinite(slope);
            if (slope <= 0) {
                // Less than single precision can tell is left.
                break;
            }
            double length = energy / slope;
            for (int i = 0; i < solution.length; i++) {
                solution[i] += length * direction[i];
                left[i] -= length * image[i];
            }
            step = preconditioner.apply(left);
            double next = dot(left, step);
            for (int i = 0; i < direction.length; i++) {
                direction[i] = step[i] + next / energy * direction[i];
            }
            energy = next;
        }
        return solution;
    }

    private static void requireFinite(double number) {
        if (!Double.isFinite(number)) {
            throw new ArithmeticException("the joint update of all outputs came to " + number
                    + ": residual, noise or covariance are not finite numbers");
        }
    }

    static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }
}
