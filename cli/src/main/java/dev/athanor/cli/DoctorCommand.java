package dev.athanor.cli;

import com.sun.management.OperatingSystemMXBean;
import dev.athanor.kernel.Compute;
import dev.athanor.kernel.KernelChoice;
import dev.athanor.kernel.KernelProvider;
import dev.athanor.kernel.MachinePeak;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
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
    @Mixin
    private final Common common = new Common();

    @Override
    public Integer call() {
        KernelChoice choice = KernelProvider.choose();
        int cores = Runtime.getRuntime().availableProcessors();
        double single;
        try (Compute one = Compute.create(1)) {
            single = MachinePeak.measureFlops(one);
        }
        MachinePeak peak;
        try (Compute all = Compute.create(common.threads())) {
            peak = MachinePeak.measure(all);
        }
        List<String> advice = new ArrayList<>();
        choice.remedy().ifPresent(advice::add);
        if (common.threads() < cores) {
            advice.add("use all " + cores + " processors: leave out --threads");
        }
        long heap = Runtime.getRuntime().maxMemory();
        long memory = ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                .getTotalMemorySize();
        if (common.json) {
            var node = Json.object();
            node.put("jdk", Runtime.version().toString());
            node.put("kernels", choice.kernels().name());
            node.put("explanation", choice.explanation());
            node.put("processors", cores);
            node.put("memory_bytes", memory);
            node.put("heap_bytes", heap);
            node.put("fma_peak_gflops_one_thread", single / 1e9);
            node.put("fma_peak_gflops", peak.flopsPerSecond() / 1e9);
            node.put("memory_gb_per_second", peak.bytesPerSecond() / 1e9);
            var list = node.putArray("advice");
            advice.forEach(list::add);
            System.out.println(node);
            return 0;
        }
        System.out.println("JDK         " + Runtime.version() + " (" + System.getProperty("java.vm.name") + ")");
        System.out.println("Kernels     " + choice.explanation());
        System.out.println("Processors  " + cores);
        System.out.printf(Locale.ROOT, "Memory      %.1f GB, of which the Java heap may take %.1f GB%n", memory / 1e9, heap / 1e9);
        System.out.printf(Locale.ROOT, "FMA peak    %.0f GFLOP/s on one thread, %.0f on %d%n", single / 1e9, peak.flopsPerSecond() / 1e9, common.threads());
        System.out.printf(Locale.ROOT, "Bandwidth   %.1f GB/s reading memory%n", peak.bytesPerSecond() / 1e9);
        System.out.println(advice.isEmpty() ? "Nothing would make it faster." : "Faster      " + String.join("; ", advice));
        return 0;
    }
}
