package dev.athanor.cli;

import com.sun.management.OperatingSystemMXBean;
import dev.athanor.kernel.Compute;
import dev.athanor.kernel.KernelChoice;
import dev.athanor.kernel.KernelProvider;
import dev.athanor.kernel.MachinePeak;
import dev.athanor.kernel.MatrixChoice;
import dev.athanor.kernel.MatrixEngine;
import dev.athanor.kernel.MatrixProvider;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code athanor doctor}: what this machine is and can do. */
@Command(
        name = "doctor",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Describe the JDK, the vector kernels, cores and memory, and measure what the machine can do.")
final class DoctorCommand implements Callable<Integer> {
    /**
     * Threads that reach less than this share of one thread's speed each say that something else is running, or that
     * cores are shared.
     */
    private static final double FAIR_SHARE = 0.8;

    /** A smaller part of the memory leaves the heap too small for models that the machine could train. */
    private static final double HEAP_SHARE = 0.5;

    @Mixin
    private final Common common = new Common();

    /** What was found; speeds are 0 where they cannot be measured. */
    private record Findings(
            KernelChoice choice,
            String products,
            int cores,
            int threads,
            long memory,
            long heap,
            double oneThread,
            MachinePeak peak) {}

    @Override
    public Integer call() {
        Findings found = measure(common.threads());
        List<String> advice = advice(found);
        if (common.json) {
            printJson(found, advice);
        } else {
            print(found, advice);
        }
        return 0;
    }

    private static Findings measure(int threads) {
        long heap = Runtime.getRuntime().maxMemory();
        long memory = ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getTotalMemorySize();
        double single;
        try (Compute one = Compute.create(1)) {
            single = MachinePeak.measureFlops(one);
        }
        try (Compute all = Compute.create(threads)) {
            return new Findings(
                    KernelProvider.choose(),
                    products(all),
                    Runtime.getRuntime().availableProcessors(),
                    threads,
                    memory,
                    heap,
                    single,
                    MachinePeak.measure(all));
        }
    }

    /** Who multiplies the matrices of prompts. */
    private static String products(Compute compute) {
        List<String> found = new ArrayList<>();
        for (MatrixProvider provider : MatrixChoice.installed()) {
            Optional<String> hindrance = provider.hindrance();
            if (hindrance.isPresent()) {
                found.add(hindrance.get());
                continue;
            }
            try (MatrixEngine engine = provider.open(compute.workers())) {
                found.add(engine.explanation());
            } catch (IllegalStateException e) {
                found.add(String.valueOf(e.getMessage()));
            }
        }
        return found.isEmpty()
                ? "vector kernels alone: no other provider is on the class path"
                : String.join("; ", found);
    }

    private static List<String> advice(Findings f) {
        List<String> advice = new ArrayList<>();
        f.choice.remedy().ifPresent(advice::add);
        if (f.threads < f.cores) {
            advice.add("use all " + f.cores + " processors: leave out --threads");
        }
        if (f.oneThread > 0 && f.peak.flopsPerSecond() < FAIR_SHARE * f.threads * f.oneThread) {
            advice.add(String.format(
                    Locale.ROOT,
                    "%d threads reached %.1f times the speed of one: end other programs; if nothing else "
                            + "runs, processors share cores, and --threads with the number of cores may do as well",
                    f.threads,
                    f.peak.flopsPerSecond() / f.oneThread));
        }
        if (f.heap < HEAP_SHARE * f.memory) {
            advice.add("give Java more of the memory: start with the script athanor, or java -XX:MaxRAMPercentage=75");
        }
        return advice;
    }

    private static void printJson(Findings f, List<String> advice) {
        var node = Json.object();
        node.put("jdk", Runtime.version().toString());
        node.put("kernels", f.choice.kernels().name());
        node.put("explanation", f.choice.explanation());
        node.put("matrix_products", f.products);
        node.put("processors", f.cores);
        node.put("threads", f.threads);
        node.put("memory_bytes", f.memory);
        node.put("heap_bytes", f.heap);
        Json.put(node, "fma_peak_gflops_one_thread", f.oneThread / 1e9);
        Json.put(node, "fma_peak_gflops", f.peak.flopsPerSecond() / 1e9);
        Json.put(node, "memory_gb_per_second", f.peak.bytesPerSecond() / 1e9);
        var list = node.putArray("advice");
        advice.forEach(list::add);
        System.out.println(node);
    }

    private static void print(Findings f, List<String> advice) {
        System.out.println("JDK         " + Runtime.version() + " (" + System.getProperty("java.vm.name") + ")");
        System.out.println("System      " + System.getProperty("os.name") + ", " + System.getProperty("os.arch"));
        System.out.println("Kernels     " + f.choice.explanation());
        System.out.println("Products    " + f.products.replace("; ", ";" + System.lineSeparator() + "            "));
        System.out.println("Processors  " + f.cores);
        System.out.printf(
                Locale.ROOT,
                "Memory      %.1f GB, of which the Java heap may take %.1f GB%n",
                f.memory / 1e9,
                f.heap / 1e9);
        System.out.println("FMA peak    "
                + (f.oneThread > 0
                        ? String.format(
                                Locale.ROOT,
                                "%.0f GFLOP/s on one thread, %.0f on %d",
                                f.oneThread / 1e9,
                                f.peak.flopsPerSecond() / 1e9,
                                f.threads)
                        : "not measured: the scalar kernels run"));
        System.out.printf(
                Locale.ROOT,
                "Bandwidth   %.1f GB/s reading memory on %d threads%n",
                f.peak.bytesPerSecond() / 1e9,
                f.threads);
        System.out.println(
                advice.isEmpty()
                        ? "Faster      nothing found that would make this machine faster"
                        : "Faster      " + String.join(System.lineSeparator() + "            ", advice));
    }
}
