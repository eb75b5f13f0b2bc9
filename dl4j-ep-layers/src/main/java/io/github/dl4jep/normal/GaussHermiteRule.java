package io.github.dl4jep.normal;

/**
 * Gauss-Hermite quadrature for the standard normal: \( E f(e) \approx \sum_i \omega_i f(x_i) \), e ~ N(0, 1), exact for
 * polynomials up to degree 2n - 1.
 *
 * <p>Nodes by Newton's method on the orthonormal Hermite recurrence. Source: Golub and Welsch 1969 for the rule's
 * properties; the recurrence is the standard one, scaled so that it does not overflow.
 */
public final class GaussHermiteRule {

    private static final int MAX_NEWTON_STEPS = 100;

    private final double[] nodes;
    private final double[] weights;

    private GaussHermiteRule(double[] nodes, double[] weights) {
        this.nodes = nodes;
        this.weights = weights;
    }

    /**
     * The rule of n nodes.
     *
     * @param n number of nodes, 1 to 128
     * @return the rule
     * @throws IllegalArgumentException if n is out of this range
     */
    public static GaussHermiteRule of(int n) {
        if (n < 1 || n > 128) {
            throw new IllegalArgumentException("number of quadrature nodes is " + n + ", allowed is 1 to 128");
        }
        double[] nodes = new double[n];
        double[] weights = new double[n];
        for (int i = 0; i < (n + 1) / 2; i++) {
            double x = polish(n, startingPoint(n, i, nodes));
            double below = orthonormal(n, x)[0];
            nodes[i] = x;
            nodes[n - 1 - i] = -x;
            weights[i] = 1 / (n * below * below);
            weights[n - 1 - i] = weights[i];
        }
        return new GaussHermiteRule(nodes, weights);
    }

    /**
     * The nodes.
     *
     * @return x, a copy
     */
    public double[] nodes() {
        return nodes.clone();
    }

    /**
     * The weights.
     *
     * @return omega, which sum to 1, a copy
     */
    public double[] weights() {
        return weights.clone();
    }

    /** First guess of the i-th largest root, from the larger ones; physicists' asymptotics times sqrt 2. */
    private static double startingPoint(int n, int i, double[] found) {
        double top = Math.sqrt(2.0 * n + 1);
        return switch (i) {
            case 0 -> Math.sqrt(2) * (top - 1.85575 * Math.pow(2.0 * n + 1, -1.0 / 6));
            case 1 -> found[0] - Math.sqrt(2) * 1.14 * Math.pow(n, 0.426) / (found[0] / Math.sqrt(2));
            case 2 -> 1.86 * found[1] - 0.86 * found[0];
            case 3 -> 1.91 * found[2] - 0.91 * found[1];
            default -> 2 * found[i - 1] - found[i - 2];
        };
    }

    private static double polish(int n, double start) {
        double x = start;
        for (int step = 0; step < MAX_NEWTON_STEPS; step++) {
            double[] value = orthonormal(n, x);
            // p_n' = sqrt(n) p_(n-1) for the orthonormal family.
            double change = value[1] / (Math.sqrt(n) * value[0]);
            x -= change;
            if (Math.abs(change) < 1e-14 * Math.max(1, Math.abs(x))) {
                return x;
            }
        }
        throw new IllegalStateException("Gauss-Hermite node did not converge: n = " + n + ", start = " + start);
    }

    /** p_(n-1)(x) and p_n(x), orthonormal under N(0, 1): sqrt(k+1) p_(k+1) = x p_k - sqrt(k) p_(k-1). */
    private static double[] orthonormal(int n, double x) {
        double before = 0;
        double current = 1;
        for (int k = 0; k < n; k++) {
            double next = (x * current - Math.sqrt(k) * before) / Math.sqrt(k + 1.0);
            before = current;
            current = next;
        }
        return new double[] {before, current};
    }
}
