package dev.athanor.checkpoint;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Does every operation on real files and keeps beside them a model of what the disk itself holds: contents count once
 * forced, names once their directory is forced. At the chosen operation the process dies; {@link #afterPowerLoss} then
 * lays out what a disk may hold.
 */
final class SimulatedDisk implements DurableFiles {
    /** The end of the process: no clean-up code that catches exceptions runs. */
    static final class Death extends Error {
        private static final long serialVersionUID = 1L;
    }

    /** What a power cut does to what was not forced. */
    enum Loss {
        /** Nothing that was not forced is there. */
        EVERYTHING,
        /** All names are there, but files that were not forced are empty. */
        CONTENTS,
        /** All names are there, files that were not forced end in the middle. */
        TAILS,
        /** All names are there, files that were not forced have their size and zeros. */
        ZEROS,
        /** Any of the names are there, whatever their order; contents cut anywhere. */
        REORDERED
    }

    private static final class Node {
        final boolean directory;
        final ByteArrayOutputStream written = new ByteArrayOutputStream();
        byte[] forced = new byte[0];
        boolean wasForced;
        final Map<String, Node> names = new HashMap<>();
        final Map<String, Node> forcedNames = new HashMap<>();
        final List<Map<String, @Nullable Node>> pending = new ArrayList<>();

        Node(boolean directory) {
            this.directory = directory;
        }

        void change(Map<String, @Nullable Node> change) {
            apply(names, change);
            pending.add(change);
        }

        static void apply(Map<String, Node> names, Map<String, @Nullable Node> change) {
            change.forEach((name, node) -> {
                if (node == null) {
                    names.remove(name);
                } else {
                    names.put(name, node);
                }
            });
        }
    }

    private final Path base;
    private final Node root = new Node(true);
    private final int dieAt;
    private final boolean after;
    private final boolean throwInstead;
    private int operations;
    private boolean dead;

    /**
     * A disk mounted at {@code base}.
     *
     * @param dieAt number of the operation, from 0, at which the process dies
     * @param after whether that operation still happens
     * @param throwInstead whether the operation fails with an exception and the process lives on
     */
    SimulatedDisk(Path base, int dieAt, boolean after, boolean throwInstead) {
        this.base = base;
        this.dieAt = dieAt;
        this.after = after;
        this.throwInstead = throwInstead;
    }

    int operations() {
        return operations;
    }

    private interface Operation {
        void run() throws IOException;
    }

    private void operation(Operation operation) throws IOException {
        if (dead) {
            throw new Death();
        }
        int number = operations++;
        if (number != dieAt) {
            operation.run();
            return;
        }
        if (after) {
            operation.run();
        }
        if (throwInstead) {
            throw new IOException("simulated failure of operation " + number);
        }
        dead = true;
        throw new Death();
    }

    private Node node(Path path) {
        Node node = root;
        for (Path name : base.relativize(path)) {
            node = name.toString().isEmpty()
                    ? node
                    : Objects.requireNonNull(node.names.get(name.toString()), path.toString());
        }
        return node;
    }

    private Node parent(Path path) {
        return node(Objects.requireNonNull(path.getParent()));
    }

    private static String name(Path path) {
        return String.valueOf(path.getFileName());
    }

    @Override
    public Output create(Path file) throws IOException {
        Node node = new Node(false);
        operation(() -> {
            Files.createFile(file);
            parent(file).change(Map.of(name(file), node));
        });
        return new Output() {
            @Override
            public int write(ByteBuffer source) throws IOException {
                int[] count = new int[1];
                operation(() -> {
                    byte[] bytes = new byte[source.remaining()];
                    source.get(bytes);
                    node.written.write(bytes);
                    Files.write(file, node.written.toByteArray());
                    count[0] = bytes.length;
                });
                return count[0];
            }

            @Override
            public void force() throws IOException {
                operation(() -> {
                    node.forced = node.written.toByteArray();
                    node.wasForced = true;
                });
            }

            @Override
            public boolean isOpen() {
                return true;
            }

            @Override
            public void close() {}
        };
    }

    @Override
    public long usableSpace(Path directory) {
        return Long.MAX_VALUE;
    }

    @Override
    public void createDirectory(Path directory) throws IOException {
        operation(() -> {
            Files.createDirectory(directory);
            parent(directory).change(Map.of(name(directory), new Node(true)));
        });
    }

    @Override
    public void forceDirectory(Path directory) throws IOException {
        operation(() -> {
            Node node = node(directory);
            node.pending.clear();
            node.forcedNames.clear();
            node.forcedNames.putAll(node.names);
        });
    }

    @Override
    public void move(Path from, Path to) throws IOException {
        operation(() -> {
            Files.move(from, to);
            Map<String, @Nullable Node> change = new HashMap<>();
            change.put(name(from), null);
            change.put(name(to), Objects.requireNonNull(parent(from).names.get(name(from))));
            parent(from).change(change);
        });
    }

    @Override
    public void delete(Path path) throws IOException {
        operation(() -> {
            Files.delete(path);
            Map<String, @Nullable Node> change = new HashMap<>();
            change.put(name(path), null);
            parent(path).change(change);
        });
    }

    /** Writes what the disk may hold after a power cut into the empty directory {@code target}. */
    void afterPowerLoss(Path target, Loss loss, Random random) throws IOException {
        layOut(root, target, loss, random);
    }

    private static void layOut(Node node, Path target, Loss loss, Random random) throws IOException {
        Map<String, Node> names = new HashMap<>(node.forcedNames);
        for (Map<String, @Nullable Node> change : node.pending) {
            if (loss != Loss.EVERYTHING && (loss != Loss.REORDERED || random.nextBoolean())) {
                Node.apply(names, change);
            }
        }
        for (Map.Entry<String, Node> e : names.entrySet()) {
            Path path = target.resolve(e.getKey());
            if (e.getValue().directory) {
                Files.createDirectory(path);
                layOut(e.getValue(), path, loss, random);
            } else {
                Files.write(path, contents(e.getValue(), loss, random));
            }
        }
    }

    private static byte[] contents(Node file, Loss loss, Random random) {
        if (file.wasForced) {
            return file.forced;
        }
        byte[] written = file.written.toByteArray();
        return switch (loss) {
            case EVERYTHING, CONTENTS -> new byte[0];
            case TAILS -> Arrays.copyOf(written, written.length / 2);
            case ZEROS -> new byte[written.length];
            case REORDERED -> Arrays.copyOf(written, random.nextInt(written.length + 1));
        };
    }
}
