package dev.athanor.onednn;

import com.sun.management.OperatingSystemMXBean;
import dev.athanor.kernel.MatrixEngine;
import dev.athanor.kernel.Workers;
import dev.athanor.tensor.DType;
import dev.athanor.tensor.Stored;
import java.lang.management.ManagementFactory;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Products with quantised weights in integers, and with 16-bit weights and arrays in BF16, each only where this machine
 * does them faster than F32.
 *
 * <p>Integers: 256 numbers of a row, of activations and of weights alike, share a scale and have 8 bits, which is what
 * llama.cpp does with activations for its K formats. BF16: both operands are rounded to 8 bits of mantissa, sums are
 * F32.
 */
final class OneDnnEngine implements MatrixEngine {
    /** Packed weights may take the fourth part of memory; the heap and the mapped file need the rest. */
    private static final int SHARE_KEPT = 4;

    private static final Set<DType> SIXTEEN_BITS = Set.of(DType.BF16, DType.F16);

    private final Dnnl dnnl;
    private final Workers workers;
    private final Numbers numbers;
    private final Suitable suitable;
    private final long kept;
    private Optional<IntegerProduct> integers = Optional.empty();
    private Optional<Bf16Product> halves = Optional.empty();
    private Optional<KeptHalves> keptHalves = Optional.empty();

    /** Packed weights may take {@code kept} bytes. */
    OneDnnEngine(Dnnl dnnl, Workers workers, Numbers numbers, Suitable suitable, long kept) {
        this.dnnl = dnnl;
        this.workers = workers;
        this.numbers = numbers;
        this.suitable = suitable;
        this.kept = kept;
    }

    /** With the kinds that are faster here. */
    static OneDnnEngine fitting(Dnnl dnnl, Workers workers, Numbers numbers) {
        return new OneDnnEngine(dnnl, workers, numbers, Suitable.here(dnnl), kept());
    }

    private static long kept() {
        long memory = ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getTotalMemorySize();
        return memory / SHARE_KEPT;
    }

    @Override
    public String explanation() {
        Speeds speeds = Speeds.measure(dnnl);
        return "oneDNN 3.13: " + sentence(speeds, Kind.INT8, "quantised weights in 8-bit integers") + "; "
                + sentence(speeds, Kind.BF16, "16-bit weights, and training where asked, in BF16") + "; in F32 "
                + gflops(speeds, Kind.F32) + "; each on one thread";
    }

    private String sentence(Speeds speeds, Kind kind, String what) {
        String how = gflops(speeds, kind) + " (" + suitable.implementation(kind) + ")";
        return suitable.kinds().contains(kind)
                ? what + ", " + how
                : what + ": left to the vector kernels, for it reaches " + how;
    }

    private static String gflops(Speeds speeds, Kind kind) {
        return String.format(Locale.ROOT, "%.0f GFLOP/s", speeds.of(kind) / 1e9);
    }

    @Override
    public boolean takes(DType type) {
        return type.quantised() ? has(Kind.INT8) : SIXTEEN_BITS.contains(type) && has(Kind.BF16);
    }

    private boolean has(Kind kind) {
        return suitable.kinds().contains(kind);
    }

    @Override
    public boolean takesArrays() {
        return has(Kind.BF16);
    }

    @Override
    public void multiply(
            int m,
            int n,
            int k,
            float[] a,
            int ao,
            Stored b,
            boolean transposeB,
            float[] c,
            int co,
            boolean accumulate) {
        int rows = transposeB ? n : k;
        if (b.shape().rows() != rows || b.shape().dim(-1) != (transposeB ? k : n)) {
            throw new IllegalArgumentException("matrix product: expected operand B [" + rows + ", "
                    + (transposeB ? k : n) + "], found " + b.shape());
        }
        Source left = new Source.Floats(a, ao, k, false);
        if (b.type().quantised()) {
            integers().multiply(m, n, k, left, new Source.InFile(b, !transposeB), c, co, n, accumulate);
        } else {
            Source right = new Source.InFile(keptHalves().of(b), !transposeB);
            halves().multiply(m, n, k, left, right, c, co, n, accumulate);
        }
    }

    @Override
    public void multiply(
            int m,
            int n,
            int k,
            float[] a,
            int ao,
            int lda,
            boolean transposeA,
            float[] b,
            int bo,
            int ldb,
            boolean transposeB,
            float[] c,
            int co,
            int ldc,
            boolean accumulate) {
        Source left = new Source.Floats(a, ao, lda, transposeA);
        Source right = new Source.Floats(b, bo, ldb, !transposeB);
        halves().multiply(m, n, k, left, right, c, co, ldc, accumulate);
    }

    private IntegerProduct integers() {
        if (integers.isEmpty()) {
            integers = Optional.of(new IntegerProduct(dnnl, workers, numbers, kept));
        }
        return integers.get();
    }

    private Bf16Product halves() {
        if (halves.isEmpty()) {
            halves = Optional.of(new Bf16Product(dnnl, workers, numbers));
        }
        return halves.get();
    }

    private KeptHalves keptHalves() {
        if (keptHalves.isEmpty()) {
            keptHalves = Optional.of(new KeptHalves(workers, numbers, kept));
        }
        return keptHalves.get();
    }

    @Override
    public void close() {
        integers.ifPresent(IntegerProduct::close);
        integers = Optional.empty();
        halves.ifPresent(Bf16Product::close);
        halves = Optional.empty();
        keptHalves.ifPresent(KeptHalves::close);
        keptHalves = Optional.empty();
    }
}
