package dev.athanor.model.hook;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.athanor.tensor.Tensor;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Numbers that lie with gaps are copied and replaced as if they lay without. */
class HookValueTest {
    /** [2, 3, 2, 2] inside rows of 11 numbers: heads 3 apart, and with a stride of 2 between a head's own numbers. */
    private static HookValue spread(float[] data, int inner) {
        return new HookValue(data, 1, new int[] {2, 3, 2, 2}, new int[] {33, 11, 4, inner});
    }

    private static float[] numbers(int count) {
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = i;
        }
        return numbers;
    }

    @Test
    void aCopyHasEveryNumberInItsPlace() {
        for (int inner : new int[] {1, 2}) {
            HookValue value = spread(numbers(70), inner);
            Tensor copy = value.copy();
            assertEquals(value.shape(), copy.shape());
            int i = 0;
            for (int a = 0; a < 2; a++) {
                for (int b = 0; b < 3; b++) {
                    for (int c = 0; c < 2; c++) {
                        for (int d = 0; d < 2; d++) {
                            float expected = 1 + 33 * a + 11 * b + 4 * c + inner * d;
                            assertEquals(expected, value.get(a, b, c, d));
                            assertEquals(expected, copy.data()[i++]);
                        }
                    }
                }
            }
        }
    }

    @Test
    void fillingTouchesNothingBetween() {
        float[] data = numbers(70);
        HookValue value = spread(data, 1);
        Tensor negative = value.copy();
        for (int i = 0; i < negative.size(); i++) {
            negative.data()[i] *= -1;
        }
        value.fill(negative);
        int[] kept = IntStream.range(0, 70).filter(i -> data[i] == i).toArray();
        assertEquals(70 - 24, kept.length);
        assertArrayEquals(negative.toArray(), value.copy().toArray());
        assertThrows(IllegalArgumentException.class, () -> value.fill(Tensor.zeros(2, 3, 4)));
    }

    @Test
    void denseNumbersAreOneRun() {
        float[] data = numbers(13);
        assertArrayEquals(
                IntStream.range(1, 13).mapToObj(i -> (float) i).toArray(),
                boxed(HookValue.dense(data, 1, 3, 4).copy().toArray()));
        assertEquals(5f, HookValue.dense(data, 5, 1).copy().toArray()[0]);
    }

    private static Float[] boxed(float[] numbers) {
        Float[] boxed = new Float[numbers.length];
        for (int i = 0; i < numbers.length; i++) {
            boxed[i] = numbers[i];
        }
        return boxed;
    }
}
