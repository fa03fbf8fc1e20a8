package dev.athanor.checkpoint;

import dev.athanor.tensor.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Training states on disk, such that a crash at any instant costs at most the steps since the last save.
 *
 * <p>A state is written to {@code step-N.tmp}: tensors first, forced to the disk, then a manifest with sizes and SHA-256, forced; the
 * directory is forced, renamed to {@code step-N} and its parent forced. Only then older states go, and two always stay. A state whose
 * manifest or checksum does not hold is passed over for the one before it, with a warning that names both.
 */
public final class RunDirectory {
    private static final int KEPT = 2;
    private static final String MANIFEST = "manifest.json";
    private static final String TENSORS = "state.safetensors";

    private final Path directory;
    private final DurableFiles files;

    private RunDirectory(Path directory, DurableFiles files) {
        this.directory = directory;
        this.files = files;
    }

    /** The states under {@code directory}, which need not exist yet. */
    public static RunDirectory of(Path directory) {
        return new RunDirectory(directory, DurableFiles.real());
    }

    static RunDirectory of(Path directory, DurableFiles files) {
        return new RunDirectory(directory, files);
    }

    /**
     * A state read back.
     *
     * @param warnings one sentence per newer state that could not be used
     */
    public record Saved(long step, Map<String, float[]> tensors, Map<String, String> values, List<String> warnings) {}

    /** Saves the state after {@code step}; tensors are written as they are now. */
    public void save(long step, Map<String, Tensor> tensors, Map<String, String> values) {
        Path temporary = directory.resolve("step-" + step + ".tmp");
        Path place = directory.resolve("step-" + step);
        try {
            files.createDirectory(directory);
            files.deleteTree(temporary);
            files.createDirectory(temporary);
            Path data = temporary.resolve(TENSORS);
            files.write(data, SafetensorsWriter.size(tensors, Map.of()), out -> SafetensorsWriter.write(out, tensors, Map.of()));
            byte[] manifest = manifest(step, data, values).getBytes(StandardCharsets.UTF_8);
            files.write(temporary.resolve(MANIFEST), manifest.length, out -> out.write(ByteBuffer.wrap(manifest)));
            files.forceDirectory(temporary);
            files.deleteTree(place);
            files.move(temporary, place);
            files.forceDirectory(directory);
            prune();
        } catch (IOException e) {
            discard(temporary);
            throw new UncheckedIOException(directory + ": the training state of step " + step + " could not be saved: "
                    + Checkpoint.describe(e), e);
        } catch (ModelFormatException e) {
            discard(temporary);
            throw e;
        }
    }

    private void discard(Path temporary) {
        try {
            files.deleteTree(temporary);
        } catch (IOException ignored) {
            // The next save removes it; nothing reads directories that end in .tmp.
        }
    }

    private String manifest(long step, Path data, Map<String, String> values) throws IOException {
        ObjectNode root = StrictJson.mapper().createObjectNode();
        root.put("step", step);
        root.put("bytes", Files.size(data));
        root.put("sha256", sha256(data));
        ObjectNode node = root.putObject("values");
        values.forEach(node::put);
        String body = root.toString();
        ObjectNode sealed = StrictJson.mapper().createObjectNode();
        sealed.set("state", root);
        sealed.put("sha256", HexFormat.of().formatHex(digest().digest(body.getBytes(StandardCharsets.UTF_8))));
        return sealed.toString();
    }

    private void prune() throws IOException {
        List<Path> states = states();
        for (int i = KEPT; i < states.size(); i++) {
            files.deleteTree(states.get(i));
        }
    }

    /** The newest state that is whole. */
    public Optional<Saved> newest() {
        List<String> warnings = new ArrayList<>();
        for (Path state : states()) {
            try {
                Saved saved = read(state, warnings);
                return Optional.of(saved);
            } catch (ModelFormatException | UncheckedIOException e) {
                warnings.add("training state " + state + " is damaged and was passed over for the one before it: " + e.getMessage());
            }
        }
        if (!warnings.isEmpty()) {
            throw new ModelFormatException(String.join("; ", warnings) + "; no whole state is left, start the run again");
        }
        return Optional.empty();
    }

    private Saved read(Path state, List<String> warnings) {
        Path manifest = state.resolve(MANIFEST);
        JsonNode sealed = StrictJson.object(Checkpoint.text(manifest), manifest.toString());
        JsonNode root = sealed.path("state");
        String seal = HexFormat.of().formatHex(digest().digest(root.toString().getBytes(StandardCharsets.UTF_8)));
        if (!seal.equals(sealed.path("sha256").asString(""))) {
            throw new ModelFormatException(manifest + ": expected SHA-256 " + seal + ", found " + sealed.path("sha256"));
        }
        Path data = state.resolve(TENSORS);
        Map<String, float[]> tensors = new LinkedHashMap<>();
        try {
            if (Files.size(data) != root.path("bytes").asLong()) {
                throw new ModelFormatException(
                        data + ": expected " + root.path("bytes") + " bytes, found " + Files.size(data));
            }
            String sum = sha256(data);
            if (!sum.equals(root.path("sha256").asString(""))) {
                throw new ModelFormatException(data + ": expected SHA-256 " + root.path("sha256") + ", found " + sum);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(data + ": cannot be read: " + Checkpoint.describe(e), e);
        }
        try (Safetensors file = Safetensors.open(data)) {
            file.entries().keySet().forEach(name -> tensors.put(name, file.readFloats(name)));
        }
        Map<String, String> values = new LinkedHashMap<>();
        root.path("values").properties().forEach(e -> values.put(e.getKey(), e.getValue().asString()));
        return new Saved(root.path("step").asLong(), Collections.unmodifiableMap(tensors), Collections.unmodifiableMap(values),
                List.copyOf(warnings));
    }

    /** Complete states, newest first. */
    private List<Path> states() {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> list = Files.list(directory)) {
            return list.filter(p -> p.getFileName().toString().matches("step-[0-9]{1,18}"))
                    .sorted(Comparator.comparingLong(RunDirectory::step).reversed())
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(directory + ": cannot be listed: " + Checkpoint.describe(e), e);
        }
    }

    private static long step(Path state) {
        return Long.parseLong(state.getFileName().toString().substring("step-".length()));
    }

    private static String sha256(Path file) throws IOException {
        MessageDigest digest = digest();
        byte[] buffer = new byte[1 << 20];
        try (InputStream in = Files.newInputStream(file)) {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                digest.update(buffer, 0, n);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
