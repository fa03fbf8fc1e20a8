package dev.athanor.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.athanor.model.Parameters;
import dev.athanor.tensor.Shape;
import dev.athanor.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DiskFullTest {
    private static final int NUMBERS = 700_000;

    @TempDir
    Path temporary;

    /** A disk with room for some bytes more; says so beforehand only when honest. */
    private static final class SmallDisk implements DurableFiles {
        private final DurableFiles real = DurableFiles.real();
        private final boolean honest;
        private long left;

        SmallDisk(long left, boolean honest) {
            this.left = left;
            this.honest = honest;
        }

        @Override
        public Output create(Path file) throws IOException {
            Output out = real.create(file);
            return new Output() {
                @Override
                public int write(ByteBuffer source) throws IOException {
                    if (left < source.remaining()) {
                        ByteBuffer part = source.slice(source.position(), (int) left);
                        left -= out.write(part);
                        throw new IOException("No space left on device");
                    }
                    int written = out.write(source);
                    left -= written;
                    return written;
                }

                @Override
                public void force() throws IOException {
                    out.force();
                }

                @Override
                public boolean isOpen() {
                    return out.isOpen();
                }

                @Override
                public void close() throws IOException {
                    out.close();
                }
            };
        }

        @Override
        public long usableSpace(Path directory) throws IOException {
            try (Stream<Path> files = Files.list(directory)) {
                boolean before = files.noneMatch(p ->
                        p.toString().endsWith(".safetensors") || p.toString().endsWith(".tmp"));
                return !honest && before ? Long.MAX_VALUE : left;
            }
        }

        @Override
        public void createDirectory(Path directory) throws IOException {
            real.createDirectory(directory);
        }

        @Override
        public void forceDirectory(Path directory) throws IOException {
            real.forceDirectory(directory);
        }

        @Override
        public void move(Path from, Path to) throws IOException {
            real.move(from, to);
        }

        @Override
        public void delete(Path path) throws IOException {
            left += Files.isRegularFile(path) ? Files.size(path) : 0;
            real.delete(path);
        }
    }

    private static Map<String, Tensor> tensors() {
        return Map.of("w", Tensor.view(new float[NUMBERS], 0, Shape.of(NUMBERS)));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aFullDiskLeavesTheStateBeforeAndSaysWhatIsMissing(boolean honest) throws IOException {
        RunDirectory.of(temporary).save(1, tensors(), Map.of("which", "before"));
        long needed = Files.size(temporary.resolve("step-1").resolve(TrainingState.TENSORS));
        for (int percent = 0; percent < 100; percent += 5) {
            long free = needed * percent / 100;
            RunDirectory directory = RunDirectory.of(temporary, new SmallDisk(free, honest));
            UncheckedIOException e = assertThrows(
                    UncheckedIOException.class, () -> directory.save(2, tensors(), Map.of()), percent + " %");
            Sentences.assertContains(
                    e,
                    "the training state of step 2 could not be saved",
                    "expected " + needed + " free bytes for",
                    "step-2.tmp",
                    "found " + free + ": the disk is full");
            assertEquals(List.of("step-1"), names());
            assertEquals("before", directory.newest().orElseThrow().values().get("which"));
        }
        RunDirectory.of(temporary, new SmallDisk(needed + 4096, honest)).save(2, tensors(), Map.of());
        assertEquals(List.of("step-1", "step-2"), names());
    }

    @Test
    void roomForTheTensorsButNotForTheManifestIsToldToo() throws IOException {
        RunDirectory.of(temporary).save(1, tensors(), Map.of());
        long needed = Files.size(temporary.resolve("step-1").resolve(TrainingState.TENSORS));
        RunDirectory directory = RunDirectory.of(temporary, new SmallDisk(needed + 10, true));
        UncheckedIOException e = assertThrows(UncheckedIOException.class, () -> directory.save(2, tensors(), Map.of()));
        Sentences.assertContains(e, "manifest.json", "found 10: the disk is full");
        assertEquals(List.of("step-1"), names());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aFullDiskLeavesTheModelBefore(boolean honest) throws IOException {
        Parameters parameters = Checkpoint.load(Fixtures.directory("qwen3"));
        Checkpoint.save(temporary, parameters, Optional.of("{}"));
        List<String> before = names();
        for (int percent = 0; percent < 100; percent += 20) {
            long free = 130_000L * percent / 100;
            CheckpointWriter writer = new CheckpointWriter(temporary, SaveOptions.DEFAULT, new SmallDisk(free, honest));
            UncheckedIOException e =
                    assertThrows(UncheckedIOException.class, () -> writer.save(parameters, Optional.of("[]")));
            Sentences.assertContains(
                    e, "the model could not be saved", "free bytes for", "found " + free + ": the disk is full");
            assertEquals(before, names());
        }
        CheckpointRoundTripTest.assertSameBits(parameters, Checkpoint.load(temporary));
        assertEquals("{}", Files.readString(temporary.resolve("tokenizer.json")));
    }

    @Test
    void aFileInTheWayIsNamed() throws IOException {
        Path file = Files.writeString(temporary.resolve("run"), "");
        UncheckedIOException state = assertThrows(
                UncheckedIOException.class, () -> RunDirectory.of(file).save(1, tensors(), Map.of()));
        Sentences.assertContains(state, file.toString());
        Parameters parameters = Checkpoint.load(Fixtures.directory("qwen3"));
        UncheckedIOException model =
                assertThrows(UncheckedIOException.class, () -> Checkpoint.save(file, parameters, Optional.empty()));
        Sentences.assertContains(model, file.toString());
        assertTrue(Files.isRegularFile(file));
    }

    private List<String> names() throws IOException {
        try (Stream<Path> list = Files.list(temporary)) {
            return list.map(p -> String.valueOf(p.getFileName())).sorted().toList();
        }
    }
}
