package dev.athanor.microscope.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.athanor.checkpoint.Checkpoint;
import dev.athanor.microscope.Models;
import dev.athanor.microscope.compare.WeightChanges.Row;
import dev.athanor.model.Parameters;
import dev.athanor.model.TensorSpec.Role;
import dev.athanor.tensor.Tensor;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

class WeightChangesTest {
    @SuppressWarnings("unused") // by the parameterised tests
    private static final List<String> MODELS = Models.ALL;

    private static Parameters load(String name) {
        return Checkpoint.load(Path.of("..", "core", "src", "test", "resources", "parity", name));
    }

    @ParameterizedTest
    @FieldSource("MODELS")
    void aModelIsNoDistanceFromItselfAndEveryNumberIsCountedOnce(String name) {
        Parameters model = load(name);
        WeightChanges same = WeightChanges.between(model, load(name), 3);
        for (Row row : same.rows()) {
            assertEquals(0, row.change(), row.part());
            assertTrue(Double.isNaN(row.cosine()) || Math.abs(row.cosine() - 1) < 1e-9, row.part() + row.cosine());
        }
        assertEquals(model.count(), same.rows().stream().mapToLong(Row::numbers).sum(), name);
        assertEquals(3, same.words().size());
    }

    /** Of each family the numbers that the value of a head is made with, and no others. */
    @ParameterizedTest
    @FieldSource("MODELS")
    void aChangedValueMatrixIsFoundAsThat(String name) {
        Parameters before = load(name);
        Parameters after = load(name);
        int e = after.config().headSize();
        int separate = after.indexOf(Role.VALUE_WEIGHT, 1);
        boolean inputMajor = after.config().layout().inputMajor();
        int fused = after.indexOf(Role.QKV_WEIGHT, 1);
        Tensor w = after.list().get(separate >= 0 ? separate : fused).value();
        int columns = w.dim(1);
        // The first number of the first head's value: after its query and key, or after those of all heads.
        int first = separate >= 0
                ? 0
                : after.config().layout().interleavedQkv()
                        ? 2 * e
                        : 2 * after.config().heads() * e;
        w.data()[w.offset() + (inputMajor ? first : first * columns)] += 0.5f;
        for (Row row : WeightChanges.between(before, after, 0).rows()) {
            boolean changed = row.layer() == 1 && row.part().equals("value");
            assertEquals(changed ? 0.5 : 0, row.change(), 1e-6, name + " layer " + row.layer() + " " + row.part());
        }
    }

    @Test
    void theWordThatMovedMostComesFirst() {
        Parameters before = load("gpt2");
        Parameters after = load("gpt2");
        Tensor rows = after.list().get(after.indexOf(Role.TOKEN_EMBEDDING, -1)).value();
        rows.data()[rows.offset() + 5 * rows.dim(1)] += 1;
        rows.data()[rows.offset() + 7 * rows.dim(1)] += 2;
        List<WeightChanges.Word> words = WeightChanges.between(before, after, 2).words();
        assertEquals(
                List.of(7, 5), words.stream().map(WeightChanges.Word::token).toList());
        assertEquals(2, words.getFirst().change(), 1e-6);
    }

    @Test
    void modelsOfOtherShapesAreRefusedByTheTensorThatDiffers() {
        String message = String.valueOf(assertThrows(
                        IllegalArgumentException.class, () -> WeightChanges.between(load("qwen2"), load("qwen3"), 1))
                .getMessage());
        assertTrue(message.contains("expected two models of the same shape, found tensor"), message);
    }
}
