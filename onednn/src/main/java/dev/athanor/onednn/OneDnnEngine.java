package dev.athanor.onednn;

import com.sun.management.OperatingSystemMXBean;
import dev.athanor.kernel.MatrixEngine;
import dev.athanor.kernel.Workers;
import dev.athanor.tensor.DType;
import dev.athanor.tensor.Stored;
import java.lang.management.ManagementFactory;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Map;
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
    /** Packing and scaling cost time too: a narrow kind must multiply this much faster than F32 to win. */
    private static final double WORTH_INTEGERS = 2;

    private static final double WORTH_BF16 = 1.4;

    /** Packed weights may take the fourth part of memory; the heap and the mapped file need the rest. */
    private static final int SHARE_KEPT = 4;

    private static final Set<DType> SIXTEEN_BITS = Set.of(DType.BF16, DType.F16);

    private final Dnnl dnnl;
    private final Workers workers;
    private final Numbers numbers;
    private final Speeds speeds;
    private final Set<Kind> kinds;
    private final long kept;
    private final Map<Kind, TiledProduct> products = new EnumMap<>(Kind.class);

    /** Packed weights may take {@code kept} bytes. */
    OneDnnEngine(Dnnl dnnl, Workers workers, Numbers numbers, Speeds speeds, Set<Kind> kinds, long kept) {
        this.dnnl = dnnl;
        this.workers = workers;
        this.numbers = numbers;
        this.speeds = speeds;
        this.kinds = Set.copyOf(kinds);
        this.kept = kept;
    }

    /** With the kinds that are worth it here. */
    static OneDnnEngine measured(Dnnl dnnl, Workers workers) {
        Speeds speeds = Speeds.measure(dnnl);
        Set<Kind> kinds = EnumSet.noneOf(Kind.class);
        if (speeds.ratio(Kind.INT8) >= WORTH_INTEGERS) {
            kinds.add(Kind.INT8);
        }
        if (speeds.ratio(Kind.BF16) >= WORTH_BF16) {
            kinds.add(Kind.BF16);
        }
        return new OneDnnEngine(dnnl, workers, new VectorNumbers(), speeds, kinds, kept());
    }

    private static long kept() {
        long memory = ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getTotalMemorySize();
        return memory / SHARE_KEPT;
    }

    @Override
    public String explanation() {
        return "oneDNN 3.13: " + sentence(Kind.INT8, "quantised weights in 8-bit integers") + "; "
                + sentence(Kind.BF16, "16-bit weights and training in BF16") + "; one thread, beside F32 at "
                + gflops(Kind.F32);
    }

    private String sentence(Kind kind, String what) {
        return what + (kinds.contains(kind) ? " at " : " stay with the vector kernels: ") + gflops(kind) + " ("
                + speeds.implementation(kind) + ")";
    }

    private String gflops(Kind kind) {
        return String.format(Locale.ROOT, "%.0f GFLOP/s", speeds.flops(kind) / 1e9);
    }

    @Override
    public boolean takes(DType type) {
        return type.quantised() ? kinds.contains(Kind.INT8) : SIXTEEN_BITS.contains(type) && kinds.contains(Kind.BF16);
    }

    @Override
    public boolean takesArrays() {
        return kinds.contains(Kind.BF16);
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
        Kind kind = b.type().quantised() ? Kind.INT8 : Kind.BF16;
        Source source = new Source.InFile(b, !transposeB);
        product(kind).multiply(m, n, k, new Source.Floats(a, ao, k, false), source, c, co, n, accumulate);
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
        product(Kind.BF16).multiply(m, n, k, left, right, c, co, ldc, accumulate);
    }

    TiledProduct product(Kind kind) {
        return products.computeIfAbsent(kind, key -> new TiledProduct(dnnl, key, workers, numbers, kept));
    }

    @Override
    public void close() {
        products.values().forEach(TiledProduct::close);
        products.clear();
    }
}
