package dev.athanor.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.athanor.kernel.KernelProvider.Machine;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("kernel")
class KernelProviderTest {
    private static final String C2 = "mixed mode, sharing";

    private static void refused(Machine machine, String reason, String remedy) {
        KernelChoice choice = KernelProvider.choose(machine);
        assertEquals("scalar", choice.kernels().name());
        assertEquals("scalar kernels: " + reason, choice.explanation());
        assertEquals(Optional.of(remedy), choice.remedy());
    }

    private static Machine machine(int java, String vmVersion, String vmInfo, boolean module, int bits, boolean fma) {
        return new Machine(java, "OpenJDK 64-Bit Server VM", vmVersion, vmInfo, module, () -> bits, () -> fma);
    }

    @Test
    void everyNoNamesItsRemedy() {
        refused(
                machine(25, "25", C2, false, 512, true),
                "the module jdk.incubator.vector is missing",
                "pass --add-modules jdk.incubator.vector");
        refused(
                machine(25, "25", "interpreted mode", true, 512, true),
                "the virtual machine only interprets",
                "remove -Xint");
        refused(
                machine(25, "25", "mixed mode, emulated-client, sharing", true, 512, true),
                "the optimising compiler C2 is off",
                "remove -XX:TieredStopAtLevel, or use a server virtual machine");
        refused(
                machine(25, "25+1-jvmci-b1", C2, true, 512, true),
                "this virtual machine replaces C2 by another compiler",
                "run on a HotSpot JDK without JVMCI");
        refused(
                machine(26, "26", C2, true, 512, true),
                "the vector kernels are tested on Java 25 to 25, this is Java 26",
                "run on Java 25");
        refused(
                machine(25, "25", C2, true, 64, true),
                "vectors have 64 bits, at least 128 are needed",
                "remove -XX:MaxVectorSize, or run on a CPU with SSE4.1, AVX or NEON");
        refused(
                machine(25, "25", C2, true, 512, false),
                "fused multiply-add is not an instruction here, so everything will be very slow",
                "remove -XX:-UseFMA, or run on a CPU with FMA3 or NEON");
    }

    @Test
    void vectorClassesAreLeftAloneWithoutTheModule() {
        Machine machine = new Machine(
                25,
                "OpenJDK 64-Bit Server VM",
                "25",
                C2,
                false,
                () -> {
                    throw new AssertionError("width asked");
                },
                () -> {
                    throw new AssertionError("timed");
                });
        assertEquals("scalar", KernelProvider.choose(machine).kernels().name());
    }

    @Test
    void theModuleIsAllThatATestMachineCanLack() {
        KernelChoice choice = KernelProvider.choose();
        if (KernelProviders.vectorModule()) {
            assertTrue(choice.kernels().name().startsWith("vector-"), choice.toString());
            String bits = choice.kernels().name().substring("vector-".length());
            assertEquals("vector kernels: " + bits + " bits; FMA enabled", choice.explanation());
            assertEquals(Optional.empty(), choice.remedy());
        } else {
            assertEquals("scalar", choice.kernels().name());
            assertEquals(Optional.of("pass --add-modules jdk.incubator.vector"), choice.remedy());
        }
    }

    @Test
    void scalarKernelsCanBeAskedFor() {
        KernelChoice choice = KernelProvider.scalar();
        assertEquals("scalar", choice.kernels().name());
        assertEquals(Optional.empty(), choice.remedy());
    }
}
