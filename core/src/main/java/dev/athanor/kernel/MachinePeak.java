package dev.athanor.kernel;

/**
 * What this machine can do at most, measured now: multiply-adds in registers and reading from memory. The yardstick
 * beside every figure Athanor prints; best of several short runs, since anything else on the machine only slows them.
 */
public record MachinePeak(double flopsPerSecond, double bytesPerSecond) {
    private static final int RUNS = 12;
    private static final int ROUNDS = 1_000_000;

    /** The first runs may be over before the compiler is done with the loop. */
    private static final long LEAST_NANOS = 300_000_000;

    /** 256 MiB in arrays of 16 MiB: several times the last cache of common machines. */
    private static final int ARRAYS = 16;

    private static final int ARRAY_FLOATS = 1 << 22;

    /** Measures both; about a second and {@code 256 MiB} of heap. */
    public static MachinePeak measure(Compute compute) {
        return new MachinePeak(measureFlops(compute), measureBandwidth(compute));
    }

    /** Floating-point operations per second of all threads of {@code compute}; 0 where vectors are not available. */
    public static double measureFlops(Compute compute) {
        if (compute.kernels() instanceof ScalarKernels) {
            return 0;
        }
        Workers workers = compute.workers();
        float[][] out = new float[workers.threads()][64];
        double best = 0;
        long end = System.nanoTime() + LEAST_NANOS;
        for (int run = 0; run < RUNS || System.nanoTime() < end; run++) {
            long began = System.nanoTime();
            workers.run(workers.threads(), (task, worker) -> VectorPeak.run(ROUNDS, out[task]));
            double seconds = (System.nanoTime() - began) / 1e9;
            best = Math.max(best, workers.threads() * VectorPeak.operations(ROUNDS) / seconds);
        }
        return best;
    }

    /** Bytes per second all threads read. */
    public static double measureBandwidth(Compute compute) {
        float[][] arrays = new float[ARRAYS][ARRAY_FLOATS];
        Workers workers = compute.workers();
        float[] sums = new float[ARRAYS];
        double best = 0;
        for (int run = 0; run < RUNS; run++) {
            long began = System.nanoTime();
            workers.run(ARRAYS, (task, worker) -> sums[task] = compute.kernels().sum(arrays[task], 0, ARRAY_FLOATS));
            double seconds = (System.nanoTime() - began) / 1e9;
            best = Math.max(best, (double) ARRAYS * ARRAY_FLOATS * Float.BYTES / seconds);
        }
        return best;
    }
}
