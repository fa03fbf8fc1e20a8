package dev.athanor.describe;

import dev.athanor.model.ModelConfig;
import dev.athanor.model.ModelConfig.Activation;
import dev.athanor.model.ModelConfig.Family;
import dev.athanor.model.ModelConfig.NormKind;
import dev.athanor.model.ModelConfig.Positions;
import dev.athanor.model.ModelConfig.Positions.Rotary;
import dev.athanor.model.RopeScaling;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/** The shapes of published models, one line each in models.txt. */
public final class KnownModels {
    private static final String RESOURCE = "models.txt";
    private static final int COLUMNS = 15;

    /** Llama 3.2: stretched 32 times, from a context of 8192. */
    private static final RopeScaling LLAMA_3_2 = new RopeScaling.Llama3(32, 1, 4, 8192);

    /** How many names an error suggests. */
    private static final int SUGGESTED = 5;

    private KnownModels() {}

    /** All of them, in the order of the list. */
    public static List<KnownModel> all() {
        try (InputStream in = KnownModels.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new IllegalStateException(RESOURCE + " is missing from the program");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .map(KnownModels::read)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The model of that name or id, in any case. */
    public static Optional<KnownModel> find(String name) {
        return all().stream().filter(model -> model.isCalled(name)).findFirst();
    }

    /** Names a reader may have meant by {@code wrong}, the nearest first; may be empty. */
    public static List<String> near(String wrong) {
        String wanted = wrong.substring(wrong.lastIndexOf('/') + 1).toLowerCase(Locale.ROOT);
        return all().stream()
                .map(KnownModel::name)
                .filter(name -> EditDistance.near(wanted, name))
                .sorted(Comparator.comparingInt(name -> EditDistance.between(wanted, name)))
                .limit(SUGGESTED)
                .toList();
    }

    private static KnownModel read(String line) {
        String[] column = line.trim().split(" +", -1);
        if (column.length != COLUMNS) {
            throw new IllegalStateException(
                    RESOURCE + ": expected " + COLUMNS + " columns, found " + column.length + ": " + line);
        }
        Family family = Family.valueOf(column[1].toUpperCase(Locale.ROOT));
        boolean old = family == Family.GPT2 || family == Family.GPT_NEOX; // LayerNorm, biases everywhere
        ModelConfig config = new ModelConfig(
                family,
                Integer.parseInt(column[8]),
                Integer.parseInt(column[9]),
                Integer.parseInt(column[2]),
                Integer.parseInt(column[3]),
                Integer.parseInt(column[4]),
                Integer.parseInt(column[5]),
                Integer.parseInt(column[6]),
                Integer.parseInt(column[7]),
                old ? NormKind.LAYER_NORM : NormKind.RMS_NORM,
                Float.parseFloat(column[11]),
                activation(column[12]),
                positions(column[10]),
                family == Family.GPT_NEOX,
                family == Family.QWEN3,
                old || family == Family.QWEN2,
                old,
                old,
                column[13].equals("tied"),
                OptionalInt.empty(),
                0f,
                OptionalInt.empty(),
                OptionalInt.empty());
        return new KnownModel(column[0], config, column[14].equals("-") ? List.of() : List.of(column[14].split(",")));
    }

    private static Activation activation(String word) {
        return switch (word) {
            case "gelu-tanh" -> Activation.GELU_TANH;
            case "gelu-erf" -> Activation.GELU_ERF;
            case "silu" -> Activation.SILU_GATED;
            default -> throw new IllegalStateException(RESOURCE + ": unknown activation " + word);
        };
    }

    private static Positions positions(String word) {
        if (word.equals("learned")) {
            return new Positions.Learned();
        }
        String[] part = word.split("/", -1);
        RopeScaling scaling = part.length > 2 ? LLAMA_3_2 : new RopeScaling.None();
        return new Rotary(Double.parseDouble(part[0]), Integer.parseInt(part[1]), scaling);
    }
}
