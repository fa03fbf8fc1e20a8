package dev.athanor.checkpoint;

import dev.athanor.checkpoint.SectionChecksums.Section;
import dev.athanor.tensor.DType;
import dev.athanor.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The files of one training state: the tensors, then a manifest with their checksums. */
final class TrainingState {
    static final String MANIFEST = "manifest.json";
    static final String TENSORS = "state.safetensors";

    private static final String HEADER = "header";

    private TrainingState() {}

    /** Writes both files into the empty directory {@code place} and forces them; the manifest comes last. */
    static void write(
            DurableFiles files, Path place, long step, Map<String, Tensor> tensors, Map<String, String> values)
            throws IOException {
        SafetensorsWriter writer = SafetensorsWriter.of(tensors, Map.of(), DType.F32);
        Map<String, Long> sections = new LinkedHashMap<>();
        sections.put(HEADER, writer.headerBytes());
        writer.sections().forEach((name, bytes) -> sections.put("tensor " + name, bytes));
        SectionChecksums checksums = new SectionChecksums(sections);
        DurableWrites.write(
                files,
                place.resolve(TENSORS),
                writer.size(),
                out -> writer.writeTo(new ChecksummedChannel(out, checksums)));
        List<Section> done = checksums.sections();
        StateManifest manifest = new StateManifest(step, writer.size(), checksums.finish(), done, values);
        DurableWrites.write(files, place.resolve(MANIFEST), manifest.text().getBytes(StandardCharsets.UTF_8));
    }

    /** Checks every byte of the state in {@code place}. */
    static StateManifest verify(Path place, long step) {
        Path file = place.resolve(MANIFEST);
        StateManifest manifest = StateManifest.parse(TextFile.read(file, Limits.DEFAULT.textBytes()), file.toString());
        if (manifest.step() != step) {
            throw new ModelFormatException(
                    file + ": expected step " + step + " as the directory is called, found " + manifest.step());
        }
        verifyTensors(place.resolve(TENSORS), manifest);
        return manifest;
    }

    private static void verifyTensors(Path data, StateManifest manifest) {
        SectionChecksums checksums = new SectionChecksums(SectionChecksums.sizes(manifest.sections()));
        try (FileChannel channel = FileChannel.open(data, StandardOpenOption.READ)) {
            if (channel.size() != manifest.bytes()) {
                throw new ModelFormatException(data + ": expected " + manifest.bytes()
                        + " bytes as its manifest says, found " + channel.size());
            }
            ByteBuffer buffer = ByteBuffer.allocateDirect(Math.clamp(manifest.bytes(), 1, 1 << 20));
            while (channel.read(buffer.clear()) >= 0) {
                checksums.update(buffer.flip());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(data + ": cannot be read: " + Checkpoint.describe(e), e);
        }
        long at = 0;
        for (int i = 0; i < checksums.sections().size(); i++) {
            Section found = checksums.sections().get(i);
            Section expected = manifest.sections().get(i);
            if (!found.crc32c().equals(expected.crc32c())) {
                throw new ModelFormatException(
                        data + ": expected " + Quote.of(expected.name()) + " with CRC32C " + expected.crc32c()
                                + ", found " + found.crc32c() + " in the " + expected.bytes() + " bytes at byte " + at);
            }
            at += expected.bytes();
        }
        String sha256 = checksums.finish();
        if (!sha256.equals(manifest.sha256())) {
            throw new ModelFormatException(data + ": expected SHA-256 " + manifest.sha256() + ", found " + sha256);
        }
    }

    /** The tensors of a verified state. */
    static Map<String, float[]> tensors(Path place) {
        Path data = place.resolve(TENSORS);
        Map<String, float[]> tensors = new LinkedHashMap<>();
        try (Safetensors file = Safetensors.open(data)) {
            file.entries().keySet().forEach(name -> tensors.put(name, file.readFloats(name)));
        }
        return Collections.unmodifiableMap(tensors);
    }

    static boolean exists(Path place) {
        return Files.isDirectory(place);
    }

    /** Passes bytes on and counts them into the checksums once they are written. */
    private record ChecksummedChannel(WritableByteChannel out, SectionChecksums checksums)
            implements WritableByteChannel {
        @Override
        public int write(ByteBuffer source) throws IOException {
            ByteBuffer before = source.duplicate();
            int written = out.write(source);
            checksums.update(before.limit(before.position() + written));
            return written;
        }

        @Override
        public boolean isOpen() {
            return out.isOpen();
        }

        @Override
        public void close() throws IOException {
            out.close();
        }
    }
}
