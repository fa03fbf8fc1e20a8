package dev.athanor.server.lab;

import dev.athanor.microscope.experiment.Intervention;
import dev.athanor.microscope.experiment.Interventions;
import dev.athanor.microscope.view.Thought;
import dev.athanor.server.Json;
import dev.athanor.server.Problem;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;

/**
 * Runs by their ids. A run's id is a hash of what it is made of, so that the same question has the same id; a run that
 * was forgotten to save memory is made again when it is asked for.
 */
final class RunStore {
    /** Descriptions that are kept, small. */
    private static final int MOST_SPECS = 20_000;

    /** Runs whose numbers are kept. */
    private static final int MOST_RUNS = 24;

    /** Share of the heap that one run may take. */
    private static final double HEAP_SHARE = 0.2;

    /**
     * What a run is made of.
     *
     * @param edits as they were sent
     */
    record Spec(int checkpoint, int[] tokens, String edits) {
        Spec {
            tokens = tokens.clone();
        }

        String id() {
            String text = checkpoint + "|" + Arrays.toString(tokens) + "|" + edits;
            try {
                byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
                return HexFormat.of().formatHex(hash, 0, 8);
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("every JDK has SHA-256", e);
            }
        }
    }

    private final List<LabModel> models;
    private final Map<String, Spec> specs = new LinkedHashMap<>(16, 0.75f, true);
    private final Map<String, Thought> runs = new LinkedHashMap<>(16, 0.75f, true);

    RunStore(List<LabModel> models) {
        this.models = List.copyOf(models);
    }

    LabModel model(int checkpoint) {
        if (checkpoint < 0 || checkpoint >= models.size()) {
            throw new Problem(
                    400, "checkpoint: expected one from 0 to " + (models.size() - 1) + ", found " + checkpoint);
        }
        return models.get(checkpoint);
    }

    LabModel modelOf(String run) {
        return model(spec(run).checkpoint());
    }

    /** Does {@code work} when it is its turn in the checkpoints of both runs, always taken in their order. */
    <T> T inTurn(String one, String two, Supplier<T> work) {
        int first = Math.min(spec(one).checkpoint(), spec(two).checkpoint());
        int second = Math.max(spec(one).checkpoint(), spec(two).checkpoint());
        return model(first)
                .inTurn(() -> first == second ? work.get() : model(second).inTurn(work));
    }

    /** Remembers a description; its run is made when it is asked for. */
    synchronized String add(Spec spec) {
        requireMemory(spec);
        String id = spec.id();
        specs.put(id, spec);
        if (specs.size() > MOST_SPECS) {
            specs.remove(specs.keySet().iterator().next());
        }
        return id;
    }

    synchronized Spec spec(String id) {
        Spec spec = specs.get(id);
        if (spec == null) {
            throw new Problem(
                    404,
                    "run: expected one that was made since the laboratory was opened, found another; "
                            + "make it again from its prompt and edits");
        }
        return spec;
    }

    /** The id of the same text without edits. */
    String base(String id) {
        Spec spec = spec(id);
        return add(new Spec(spec.checkpoint(), spec.tokens(), "[]"));
    }

    private void requireMemory(Spec spec) {
        LabModel model = model(spec.checkpoint());
        long needed = TraceSize.bytes(model.config(), spec.tokens().length);
        long allowed = (long) (HEAP_SHARE * Runtime.getRuntime().maxMemory());
        if (needed > allowed) {
            throw new Problem(
                    413,
                    String.format(
                            Locale.ROOT,
                            "run: expected one that needs at most %.1f GB, found %.1f GB for %,d tokens; shorten the prompt "
                                    + "or give Java more memory",
                            allowed / 1e9,
                            needed / 1e9,
                            spec.tokens().length));
        }
    }

    /** The run; call it in its model's turn. */
    Thought run(String id) {
        Spec spec = spec(id);
        synchronized (this) {
            Thought known = runs.get(id);
            if (known != null) {
                return known;
            }
        }
        Thought made = make(spec);
        synchronized (this) {
            runs.put(id, made);
            while (runs.size() > MOST_RUNS) {
                runs.remove(runs.keySet().iterator().next());
            }
        }
        return made;
    }

    private Thought make(Spec spec) {
        LabModel model = model(spec.checkpoint());
        if (spec.edits().equals("[]")) {
            return new Thought(model.microscope(), spec.tokens(), List.of());
        }
        Thought base = run(add(new Spec(spec.checkpoint(), spec.tokens(), "[]")));
        List<Intervention> interventions = edits(spec);
        return Interventions.apply(base, interventions, model.reference());
    }

    private List<Intervention> edits(Spec spec) {
        JsonNode node = Json.parse("{\"edits\":" + spec.edits() + "}").get("edits");
        Spec plain = new Spec(spec.checkpoint(), spec.tokens(), "[]");
        return new EditReader(model(spec.checkpoint()).config(), plain.id(), this::run).read((ArrayNode) node);
    }
}
