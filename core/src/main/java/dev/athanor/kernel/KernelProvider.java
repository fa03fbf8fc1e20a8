package dev.athanor.kernel;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;

/**
 * Chooses the kernels this machine runs best, by a checklist. Each "no" is one logged sentence that names the remedy,
 * and gives the scalar kernels, which compute the same bits slowly.
 */
public final class KernelProvider {
    private static final int OLDEST_JAVA = 25;

    /** The newest JDK the vector kernels were tested on; the incubating API may change after it. */
    private static final int NEWEST_JAVA = 25;

    private static final int NARROWEST_VECTOR = 128;

    private KernelProvider() {}

    /**
     * What the checklist looks at.
     *
     * @param vectorBits preferred vector size; asked only once the module is known to be there
     * @param fastFma whether a fused multiply-add is an instruction
     */
    record Machine(
            int javaVersion,
            String vmName,
            String vmVersion,
            String vmInfo,
            boolean vectorModule,
            IntSupplier vectorBits,
            BooleanSupplier fastFma) {
        static Machine here() {
            Optional<Module> vectors = ModuleLayer.boot().findModule("jdk.incubator.vector");
            return new Machine(
                    Runtime.version().feature(),
                    System.getProperty("java.vm.name", ""),
                    System.getProperty("java.vm.version", ""),
                    System.getProperty("java.vm.info", ""),
                    vectors.filter(KernelProvider.class.getModule()::canRead).isPresent(),
                    () -> Lanes.S.vectorBitSize(),
                    KernelProvider::fusesQuickly);
        }
    }

    /** The fastest provider that passes every check. */
    public static KernelChoice choose() {
        KernelChoice choice = choose(Machine.here());
        Logger logger = System.getLogger("dev.athanor.kernel");
        String remedy = choice.remedy().map(text -> "; " + text).orElse("");
        logger.log(remedy.isEmpty() ? Level.INFO : Level.WARNING, choice.explanation() + remedy);
        return choice;
    }

    /** The plain Java reference, asked for by name. */
    public static KernelChoice scalar() {
        return new KernelChoice(new ScalarKernels(), "scalar kernels: asked for", Optional.empty());
    }

    static KernelChoice choose(Machine machine) {
        if (machine.javaVersion < OLDEST_JAVA || machine.javaVersion > NEWEST_JAVA) {
            return fallBack(
                    "the vector kernels are tested on Java " + OLDEST_JAVA + " to " + NEWEST_JAVA + ", this is Java "
                            + machine.javaVersion,
                    "run on Java " + NEWEST_JAVA);
        }
        if (machine.vmInfo.contains("interpreted")) {
            return fallBack("the virtual machine only interprets", "remove -Xint");
        }
        if (machine.vmInfo.contains("emulated-client") || machine.vmName.contains("Client")) {
            return fallBack(
                    "the optimising compiler C2 is off",
                    "remove -XX:TieredStopAtLevel, or use a server virtual machine");
        }
        if (machine.vmVersion.contains("jvmci")) {
            return fallBack(
                    "this virtual machine replaces C2 by another compiler", "run on a HotSpot JDK without JVMCI");
        }
        if (!machine.vectorModule) {
            return fallBack("the module jdk.incubator.vector is missing", "pass --add-modules jdk.incubator.vector");
        }
        int bits = machine.vectorBits.getAsInt();
        if (bits < NARROWEST_VECTOR) {
            return fallBack(
                    "vectors have " + bits + " bits, at least " + NARROWEST_VECTOR + " are needed",
                    "remove -XX:MaxVectorSize, or run on a CPU with SSE4.1, AVX or NEON");
        }
        if (!machine.fastFma.getAsBoolean()) {
            return fallBack(
                    "fused multiply-add is not an instruction here, so everything will be very slow",
                    "remove -XX:-UseFMA, or run on a CPU with FMA3 or NEON");
        }
        return new KernelChoice(
                new VectorKernels(), "vector kernels: " + bits + " bits; FMA enabled", Optional.empty());
    }

    private static KernelChoice fallBack(String reason, String remedy) {
        return new KernelChoice(new ScalarKernels(), "scalar kernels: " + reason, Optional.of(remedy));
    }

    /**
     * Times {@link Math#fma(float, float, float)}: a few nanoseconds as an instruction, well over a microsecond in the
     * interpreted BigDecimal arithmetic that stands in for it. The fastest of many rounds is taken, so a busy machine
     * changes nothing; a wrong answer would cost speed, never bits.
     */
    private static boolean fusesQuickly() {
        int rounds = 50;
        int calls = 20;
        long fastest = Long.MAX_VALUE;
        float x = 1.1f;
        for (int round = 0; round < rounds; round++) {
            long start = System.nanoTime();
            for (int call = 0; call < calls; call++) {
                x = Math.fma(x, 0.9f, 0.1f);
            }
            fastest = Math.min(fastest, System.nanoTime() - start);
        }
        return x > 0f && fastest < calls * 300L;
    }
}
