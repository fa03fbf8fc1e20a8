package dev.athanor.checkpoint.gguf;

import dev.athanor.checkpoint.ModelFormatException;
import dev.athanor.checkpoint.Quote;
import dev.athanor.tensor.MappedFaults;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/** Typed reading of metadata: a key is absent (its default holds) or exactly of its kind and in its range. */
final class GgufMetadata {
    private final Path path;
    private final Map<String, GgufValue> values;
    private final Set<String> read = new HashSet<>();

    GgufMetadata(Path path, Map<String, GgufValue> values) {
        this.path = path;
        this.values = values;
    }

    Path path() {
        return path;
    }

    Optional<GgufValue> value(String key) {
        read.add(key);
        return Optional.ofNullable(values.get(key));
    }

    boolean given(String key) {
        return value(key).isPresent();
    }

    /** A text that must be there. */
    String text(String key) {
        return optionalText(key).orElseThrow(() -> fail(key, "a text", "nothing"));
    }

    Optional<String> optionalText(String key) {
        return value(key).map(value -> {
            if (value instanceof GgufValue.Text text) {
                return guarded(text, GgufValue.Text::text);
            }
            throw fail(key, "a text", value);
        });
    }

    /** A whole number that must be there. */
    int whole(String key, int least, int most) {
        return optionalWhole(key, least, most).orElseThrow(() -> fail(key, "a whole number", "nothing"));
    }

    int whole(String key, int otherwise, int least, int most) {
        return optionalWhole(key, least, most).orElse(otherwise);
    }

    Optional<Integer> optionalWhole(String key, int least, int most) {
        return value(key).map(value -> {
            // Of UINT64, what reaches the sign bit reads as negative and is out of every range here.
            if (value instanceof GgufValue.Whole whole && whole.value() >= least && whole.value() <= most) {
                return (int) whole.value();
            }
            throw fail(key, "a whole number between " + least + " and " + most, value);
        });
    }

    /** A finite number above 0; of FLOAT32 the shortest decimal that stands for it. */
    Optional<Double> positive(String key) {
        return value(key).map(value -> {
            if (value instanceof GgufValue.Real real && Double.isFinite(real.value()) && real.value() > 0) {
                return Double.parseDouble(real.toString());
            }
            throw fail(key, "a floating-point number above 0", value);
        });
    }

    boolean flag(String key, boolean otherwise) {
        return value(key)
                .map(value -> {
                    if (value instanceof GgufValue.Flag flag) {
                        return flag.value();
                    }
                    throw fail(key, "true or false", value);
                })
                .orElse(otherwise);
    }

    /** Exactly {@code count} texts. */
    List<String> texts(String key, long count) {
        return guarded(array(key, Set.of(GgufType.STRING), count), GgufValue.Array::texts);
    }

    /** Any number of texts; none when the key is absent. */
    List<String> texts(String key) {
        return value(key).isPresent() ? texts(key, count(key)) : List.of();
    }

    /** Exactly {@code count} numbers of FLOAT32; none when the key is absent. */
    float[] floats(String key, long count) {
        return given(key)
                ? guarded(array(key, Set.of(GgufType.FLOAT32), count), GgufValue.Array::floats)
                : new float[0];
    }

    /** Exactly {@code count} numbers of INT32 or UINT32; none when the key is absent. */
    int[] wholes(String key, long count) {
        return given(key)
                ? guarded(array(key, Set.of(GgufType.INT32, GgufType.UINT32), count), GgufValue.Array::wholes)
                : new int[0];
    }

    /** Length of an array; 0 when the key is absent. */
    long count(String key) {
        return value(key)
                .map(value -> {
                    if (value instanceof GgufValue.Array array) {
                        return array.count();
                    }
                    throw fail(key, "an array", value);
                })
                .orElse(0L);
    }

    private GgufValue.Array array(String key, Set<GgufType> elements, long count) {
        GgufValue value = value(key).orElseThrow(() -> fail(key, "an array", "nothing"));
        if (value instanceof GgufValue.Array array && elements.contains(array.element()) && array.count() == count) {
            return array;
        }
        throw fail(key, "an array of " + count + " " + new TreeSet<>(elements).first(), value);
    }

    /** What was checked when the file was opened can only fail now if the file has changed. */
    private <T, R> R guarded(T value, Function<T, R> reading) {
        try {
            return MappedFaults.guard(() -> reading.apply(value), fault -> Gguf.changed(path, fault));
        } catch (IndexOutOfBoundsException | IllegalArgumentException e) {
            throw Gguf.changed(path, e);
        }
    }

    /** Keys that begin with {@code prefix} and that nobody asked for. */
    Set<String> unread(String prefix) {
        Set<String> names = new TreeSet<>();
        for (String key : values.keySet()) {
            if (key.startsWith(prefix) && !read.contains(key)) {
                names.add(key);
            }
        }
        return names;
    }

    ModelFormatException fail(String key, String expected, GgufValue found) {
        String shown =
                found instanceof GgufValue.Text text ? guarded(text, GgufValue.Text::text) : found.type() + " " + found;
        return fail(key, expected, shown);
    }

    ModelFormatException fail(String key, String expected, String found) {
        return new ModelFormatException(
                path + ": expected key " + Quote.of(key) + " to be " + expected + ", found " + Quote.of(found));
    }
}
