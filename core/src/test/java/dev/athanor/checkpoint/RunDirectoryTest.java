package dev.athanor.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.athanor.tensor.Shape;
import dev.athanor.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunDirectoryTest {
    private static final long SEED = 4711;

    @TempDir
    Path temporary;

    private Path states() {
        return temporary.resolve("state");
    }

    private static Map<String, Tensor> tensors(long content) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        float[] data = new float[40];
        for (int i = 0; i < data.length; i++) {
            data[i] = content + i / 64f;
        }
        tensors.put("weight", Tensor.view(data, 0, Shape.of(4, 8)));
        tensors.put("moment", Tensor.view(data, 32, Shape.of(8)));
        tensors.put("nothing", Tensor.zeros(0, 3));
        tensors.put("scalar", Tensor.view(new float[] {-0f}, 0, Shape.of()));
        return tensors;
    }

    private RunDirectory twoStates() {
        RunDirectory directory = RunDirectory.of(states());
        directory.save(100, tensors(1), Map.of("rng", "17", "cursor", "a\"\n\u00e9"));
        directory.save(200, tensors(2), Map.of("rng", "18", "cursor", "b"));
        return directory;
    }

    private List<String> names() throws IOException {
        try (Stream<Path> list = Files.list(states())) {
            return list.map(p -> String.valueOf(p.getFileName())).sorted().toList();
        }
    }

    @Test
    void anEmptyDirectoryHasNoState() {
        assertEquals(Optional.empty(), RunDirectory.of(states()).newest());
    }

    @Test
    void aStateComesBackBitForBit() {
        RunDirectory directory = RunDirectory.of(states());
        Map<String, String> values = Map.of("rng", "17", "cursor", "a\"\n\u00e9\u0000\ud83d\ude00");
        directory.save(0, tensors(1), values);
        RunDirectory.Saved saved = directory.newest().orElseThrow();
        assertEquals(0, saved.step());
        assertEquals(values, saved.values());
        assertEquals(List.of(), saved.warnings());
        assertEquals(tensors(1).keySet(), saved.tensors().keySet());
        tensors(1).forEach((name, tensor) -> {
            float[] found = saved.tensors().getOrDefault(name, new float[] {Float.NaN});
            assertEquals(tensor.size(), found.length, name);
            for (int i = 0; i < found.length; i++) {
                assertEquals(Float.floatToRawIntBits(tensor.toArray()[i]), Float.floatToRawIntBits(found[i]), name + i);
            }
        });
    }

    @Test
    void twoStatesStay() throws IOException {
        RunDirectory directory = RunDirectory.of(states());
        for (long step : new long[] {9, 10, 100, 100, 1000}) {
            directory.save(step, tensors(step), Map.of());
        }
        assertEquals(List.of("step-100", "step-1000"), names());
        assertEquals(1000, directory.newest().orElseThrow().step());
    }

    @Test
    void aStepSavedAgainReplacesTheFirst() throws IOException {
        RunDirectory directory = RunDirectory.of(states());
        directory.save(7, tensors(1), Map.of("which", "first"));
        directory.save(7, tensors(2), Map.of("which", "second"));
        assertEquals(List.of("step-7"), names());
        assertEquals("second", directory.newest().orElseThrow().values().get("which"));
    }

    @Test
    void leftoversOfACrashAreNotStatesAndGoWithTheNextSave() throws IOException {
        RunDirectory directory = twoStates();
        Files.createDirectories(states().resolve("step-300.tmp"));
        Files.writeString(states().resolve("step-300.tmp/state.safetensors"), "half");
        Files.createDirectories(states().resolve("step-50.trash"));
        Files.createDirectories(states().resolve("notes"));
        assertEquals(200, directory.newest().orElseThrow().step());
        directory.save(300, tensors(3), Map.of());
        assertEquals(List.of("notes", "step-200", "step-300"), names());
    }

    @Test
    void anEarlierStepIsRefusedWhereALaterOneIsWhole() {
        RunDirectory directory = twoStates();
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> directory.save(150, tensors(1), Map.of()));
        Sentences.assertContains(e, "expected to save a step after 200", "found step 150");
        assertThrows(IllegalArgumentException.class, () -> directory.save(-1, tensors(1), Map.of()));
    }

    @Test
    void aDamagedLaterStepGoesOnceAnEarlierOneIsSaved() throws IOException {
        RunDirectory directory = twoStates();
        Files.writeString(states().resolve("step-200/manifest.json"), "{}");
        assertEquals(100, directory.newest().orElseThrow().step());
        directory.save(150, tensors(3), Map.of());
        assertEquals(List.of("step-100", "step-150"), names());
        assertEquals(List.of(), directory.newest().orElseThrow().warnings());
    }

    @Test
    void aNumberThatIsNotFiniteIsNeverSaved() throws IOException {
        RunDirectory directory = twoStates();
        Map<String, Tensor> bad = tensors(3);
        bad.put("moment", Tensor.view(new float[] {1, 2, Float.NaN}, 0, Shape.of(3)));
        ModelFormatException e = assertThrows(ModelFormatException.class, () -> directory.save(300, bad, Map.of()));
        Sentences.assertContains(e, "tensor moment", "NaN at index 2");
        assertEquals(List.of("step-100", "step-200"), names());
    }

    @Test
    void theWholeStateIsRefusedWhenNoneIsLeft() throws IOException {
        RunDirectory directory = twoStates();
        for (String name : names()) {
            Files.delete(states().resolve(name).resolve("state.safetensors"));
        }
        ModelFormatException e = assertThrows(ModelFormatException.class, directory::newest);
        Sentences.assertContains(e, "expected a whole training state, found only damaged ones");
    }

    @Test
    void aRenamedStateIsNotBelieved() throws IOException {
        RunDirectory directory = twoStates();
        Files.move(states().resolve("step-200"), states().resolve("step-900"));
        RunDirectory.Saved saved = directory.newest().orElseThrow();
        assertEquals(100, saved.step());
        Sentences.assertContains(new Exception(saved.warnings().getFirst()), "expected step 900", "found 200");
    }

    /** The damaged newest state is passed over, and the warning names it and the one used. */
    private void assertFallsBack(String what) {
        RunDirectory.Saved saved = RunDirectory.of(states()).newest().orElseThrow();
        assertEquals(100, saved.step(), what);
        assertEquals("17", saved.values().get("rng"), what);
        assertArrayEquals(
                tensors(1).getOrDefault("weight", Tensor.zeros(0)).toArray(),
                saved.tensors().get("weight"),
                what);
        assertEquals(1, saved.warnings().size(), what);
        String warning = saved.warnings().getFirst();
        assertTrue(
                warning.contains("step-200 is damaged")
                        && warning.contains("continuing from")
                        && warning.contains("step-100"),
                what + ": " + warning);
    }

    @Test
    void truncationAtAnyByteIsSeen() throws IOException {
        twoStates();
        for (String name : List.of(TrainingState.TENSORS, TrainingState.MANIFEST)) {
            Path file = states().resolve("step-200").resolve(name);
            byte[] whole = Files.readAllBytes(file);
            for (int length = 0; length < whole.length; length++) {
                Files.write(file, Arrays.copyOf(whole, length));
                assertFallsBack(name + " cut to " + length + " bytes");
            }
            Files.write(file, Arrays.copyOf(whole, whole.length + 1));
            assertFallsBack(name + " with a byte more");
            Files.write(file, whole);
        }
        assertEquals(200, RunDirectory.of(states()).newest().orElseThrow().step());
    }

    @Test
    void anyFlippedBitIsSeen() throws IOException {
        twoStates();
        int flips = 0;
        for (String name : List.of(TrainingState.TENSORS, TrainingState.MANIFEST)) {
            Path file = states().resolve("step-200").resolve(name);
            byte[] bytes = Files.readAllBytes(file);
            for (int bit = 0; bit < 8 * bytes.length; bit++) {
                bytes[bit / 8] ^= (byte) (1 << bit % 8);
                Files.write(file, bytes);
                assertFallsBack(name + " with bit " + bit + " flipped");
                bytes[bit / 8] ^= (byte) (1 << bit % 8);
                flips++;
            }
            Files.write(file, bytes);
        }
        assertTrue(flips > 5000, "flips: " + flips);
        assertEquals(200, RunDirectory.of(states()).newest().orElseThrow().step());
    }

    @Test
    void randomDamageToALargerStateIsSeenAndTheTensorNamed() throws IOException {
        Random random = new Random(SEED);
        RunDirectory directory = RunDirectory.of(states());
        directory.save(100, tensors(1), Map.of("rng", "17"));
        float[] data = new float[300_000];
        for (int i = 0; i < data.length; i++) {
            data[i] = random.nextFloat();
        }
        directory.save(200, Map.of("large", Tensor.view(data, 0, Shape.of(300, 1000))), Map.of());
        Path file = states().resolve("step-200").resolve(TrainingState.TENSORS);
        byte[] bytes = Files.readAllBytes(file);
        int payload = bytes.length - 4 * data.length;
        for (int i = 0; i < 200; i++) {
            byte[] damaged = bytes.clone();
            int at = payload + random.nextInt(4 * data.length);
            if (i % 2 == 0) {
                damaged[at] ^= (byte) (1 << random.nextInt(8));
            } else {
                Arrays.fill(damaged, at & -4096, Math.min(bytes.length, (at & -4096) + 4096), (byte) 0);
            }
            Files.write(file, damaged);
            assertFallsBack("damage " + i + " at byte " + at + ", seed " + SEED);
        }
        bytes[payload + 5] ^= 1;
        Files.write(file, bytes);
        String warning = directory.newest().orElseThrow().warnings().getFirst();
        assertTrue(warning.contains("expected tensor large with CRC32C"), warning);
    }
}
