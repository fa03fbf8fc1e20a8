package dev.athanor.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.athanor.tensor.DType;
import org.junit.jupiter.api.Test;

/** Without a provider on the class path everything stays with our own kernels. */
class MatrixChoiceTest {
    @Test
    void autoIsOurOwnKernelsWhereNothingElseIsThere() {
        assertEquals(0, MatrixChoice.installed().size());
        try (Compute compute = Compute.create(1, MatrixChoice.AUTO)) {
            for (DType type : DType.values()) {
                assertTrue(compute.engineFor(type).isEmpty(), type.name());
            }
            assertTrue(compute.engineForArrays().isEmpty());
            compute.requireForLearning();
        }
    }

    @Test
    void aNameThatNobodyHasIsRefusedWithThoseThatThereAre() {
        assertEquals(MatrixChoice.VECTOR, MatrixChoice.named("vector"));
        assertEquals(MatrixChoice.AUTO, MatrixChoice.named("auto"));
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> MatrixChoice.named("onednn"));
        assertEquals(
                "matrix products: expected one of auto, vector, found \"onednn\"; no provider is on the class path",
                e.getMessage());
    }

    @Test
    void aProviderThatIsNotThereIsNotReplacedInSilence() {
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> Compute.create(1, new MatrixChoice("gone")));
        assertEquals("matrix products: expected the provider gone on the class path, found none", e.getMessage());
    }
}
