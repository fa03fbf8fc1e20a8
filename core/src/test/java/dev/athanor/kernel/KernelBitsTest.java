package dev.athanor.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Same inputs, same bits: for every provider, vector width, compiler and offset. */
@Tag("kernel")
class KernelBitsTest {
    @ParameterizedTest
    @EnumSource(KernelCall.class)
    void everyProviderGivesTheScalarBits(KernelCall call) {
        for (int n = 1; n <= 130; n++) {
            compare(call, n, (n * 5) % 16, n % 3);
        }
        for (int n : KernelProviders.LARGE_SIZES) {
            compare(call, n, n % 16, 0);
        }
        for (int offset = 0; offset < 16; offset++) {
            compare(call, 67, offset, 1);
        }
    }

    private static void compare(KernelCall call, int n, int offset, int guard) {
        for (boolean specials : new boolean[] {false, true}) {
            int[] expected = run(new ScalarKernels(), call, n, offset, guard, specials);
            for (Kernels kernels : KernelProviders.all()) {
                int[] found = run(kernels, call, n, offset, guard, specials);
                for (int i = 0; i < found.length; i++) {
                    if (expected[i] != found[i]) {
                        assertEquals(
                                Float.intBitsToFloat(expected[i]),
                                Float.intBitsToFloat(found[i]),
                                kernels.name() + " n=" + n + " offset=" + offset + " specials=" + specials + " word "
                                        + i);
                    }
                }
            }
        }
    }

    private static int[] run(Kernels kernels, KernelCall call, int n, int offset, int guard, boolean specials) {
        KernelRoom room = new KernelRoom(n, offset, guard, n);
        if (specials) {
            room.withSpecials(n + 1L);
        }
        call.run(kernels, room);
        return room.bits();
    }

    @ParameterizedTest
    @EnumSource(KernelCall.class)
    void nothingIsWrittenOutsideTheRow(KernelCall call) {
        for (Kernels kernels : KernelProviders.all()) {
            KernelRoom before = new KernelRoom(37, 3, 19, 5);
            KernelRoom after = new KernelRoom(37, 3, 19, 5);
            call.run(kernels, after);
            int[] offsets = {after.xo, after.yo, after.wo, after.bo, after.po, after.qo, after.ro};
            int length = call.name().startsWith("ROTATE") ? 2 * after.n : after.n;
            for (int a = 0; a < offsets.length; a++) {
                for (int i = 0; i < after.inputs()[a].length; i++) {
                    if (i < offsets[a] || i >= offsets[a] + length) {
                        assertEquals(
                                before.inputs()[a][i],
                                after.inputs()[a][i],
                                kernels.name() + " array " + a + " index " + i);
                    }
                }
            }
        }
    }

    @Test
    void bitsDoNotDependOnTheCompilerOrTheVectorWidth() throws IOException, InterruptedException, URISyntaxException {
        List<String> hashes = new ArrayList<>();
        for (Kernels kernels : KernelProviders.all()) {
            hashes.add("this " + KernelBits.hash(kernels));
        }
        List<String> module =
                KernelProviders.vectorModule() ? List.of("--add-modules", "jdk.incubator.vector") : List.of();
        hashes.addAll(child(List.of("-Xint"), module, 0));
        hashes.addAll(child(List.of("-XX:MaxVectorSize=16"), module, 40));
        hashes.addAll(child(List.of("-XX:MaxVectorSize=32"), module, 40));
        hashes.addAll(child(List.of(), module, 400));
        String expected = Integer.toString(KernelBits.hash(new ScalarKernels()));
        for (String line : hashes) {
            String[] words = line.split(" ");
            for (int i = 1; i < words.length; i++) {
                assertEquals(expected, words[i], "hash " + i + " in: " + hashes);
            }
        }
        assertEquals(5 * KernelProviders.all().size(), hashes.size(), hashes.toString());
    }

    private static List<String> child(List<String> flags, List<String> module, int rounds)
            throws IOException, InterruptedException, URISyntaxException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(flags);
        command.addAll(module);
        command.add("-cp");
        command.add(place(Kernels.class) + java.io.File.pathSeparator + place(KernelBits.class));
        command.add(KernelBits.class.getName());
        command.add(Integer.toString(rounds));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int status = process.waitFor();
        assertEquals(0, status, command + " printed " + output);
        List<String> lines = output.lines().toList();
        assertTrue(!lines.isEmpty(), command + " printed nothing");
        return lines;
    }

    private static Path place(Class<?> type) throws URISyntaxException {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    }
}
