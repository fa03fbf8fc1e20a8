package dev.athanor.kernel;

/** Straightforward mathematics in double, written from the definitions and not from the kernels. */
final class KernelReference {
    /** Largest relative error of one rounding to float. */
    static final double EPS = 0x1p-24;

    private KernelReference() {}

    /** Roundings along the longest path of a 16-lane sum of n terms: one chain per lane and four folds. */
    static double roundings(int n) {
        return (n + 15) / 16 + 4;
    }

    /**
     * erf by the series of positive terms 2/sqrt(pi) exp(-z^2) sum of 2^k z^(2k+1) / (2k+1)!!; exact to double for |z|
     * below 6.
     */
    static double erf(double z) {
        if (Math.abs(z) >= 6) {
            return Math.signum(z);
        }
        double term = z;
        double sum = z;
        for (int k = 1; Math.abs(term) > 1e-18 * Math.abs(sum); k++) {
            term *= 2 * z * z / (2 * k + 1);
            sum += term;
        }
        return 2 / Math.sqrt(Math.PI) * Math.exp(-z * z) * sum;
    }

    static double geluTanh(double x) {
        return 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));
    }

    static double geluTanhSlope(double x) {
        double tanh = Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x));
        return 0.5 * (1 + tanh) + 0.5 * x * (1 - tanh * tanh) * Math.sqrt(2 / Math.PI) * (1 + 3 * 0.044715 * x * x);
    }

    static double geluErf(double x) {
        return 0.5 * x * (1 + erf(x / Math.sqrt(2)));
    }

    static double geluErfSlope(double x) {
        return 0.5 * (1 + erf(x / Math.sqrt(2))) + x * Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
    }

    static double silu(double x) {
        return x / (1 + Math.exp(-x));
    }

    static double siluSlope(double x) {
        double sigmoid = 1 / (1 + Math.exp(-x));
        return sigmoid * (1 + x * (1 - sigmoid));
    }

    static double mean(float[] x, int xo, int n) {
        double sum = 0;
        for (int i = 0; i < n; i++) {
            sum += x[xo + i];
        }
        return sum / n;
    }

    static double variance(float[] x, int xo, int n) {
        double mean = mean(x, xo, n);
        double sum = 0;
        for (int i = 0; i < n; i++) {
            sum += (x[xo + i] - mean) * (x[xo + i] - mean);
        }
        return sum / n;
    }

    static double meanSquare(float[] x, int xo, int n) {
        double sum = 0;
        for (int i = 0; i < n; i++) {
            sum += (double) x[xo + i] * x[xo + i];
        }
        return sum / n;
    }

    static double logSumExp(float[] x, int xo, int n) {
        double largest = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < n; i++) {
            largest = Math.max(largest, x[xo + i]);
        }
        double sum = 0;
        for (int i = 0; i < n; i++) {
            sum += Math.exp(x[xo + i] - largest);
        }
        return largest + Math.log(sum);
    }
}
