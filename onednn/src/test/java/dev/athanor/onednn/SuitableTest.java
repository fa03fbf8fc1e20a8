package dev.athanor.onednn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is multiplied how follows from the machine, not from a clock. */
class SuitableTest {
    @ParameterizedTest
    @CsvSource({
        "INT8, brg_matmul:avx10_1_512, GenuineIntel, true",
        "INT8, brg_matmul:avx512_core_vnni, GenuineIntel, true",
        "INT8, brg_matmul:avx2_vnni, AuthenticAMD, true",
        "INT8, brg_matmul:avx10_1_512_amx, GenuineIntel, true",
        "INT8, brg_matmul:avx512_core, GenuineIntel, false",
        "INT8, gemm:jit, AuthenticAMD, false",
        "BF16, brg_matmul:avx512_core_bf16, GenuineIntel, false",
        "BF16, brg_matmul:avx512_core_bf16, AuthenticAMD, true",
        "BF16, brg_matmul:avx10_1_512_amx, GenuineIntel, true",
        "BF16, brg_matmul:avx512_core, AuthenticAMD, false",
        "F32, brg_matmul:avx512_core, AuthenticAMD, false",
    })
    void narrowNumbersAreTakenWhereTheirInstructionsAreFaster(
            Kind kind, String implementation, String vendor, boolean taken) {
        assertEquals(taken, Suitable.faster(kind, implementation, vendor), implementation);
    }

    @ParameterizedTest
    @CsvSource({"ref:any", "ref_int8:any"})
    void theReferenceImplementationIsRefused(String name) {
        IllegalStateException e =
                assertThrows(IllegalStateException.class, () -> TilePlan.requireFast(Kind.INT8, name));
        assertEquals(
                "oneDNN: expected a fast implementation of INT8 products, found the reference \"" + name
                        + "\"; choose --matmul vector on this machine",
                e.getMessage());
    }

    @Test
    void theSameMachineGivesTheSameAnswer() {
        Here.assumed();
        Dnnl dnnl = OneDnnProvider.load();
        assertEquals(Suitable.here(dnnl), Suitable.here(dnnl));
    }
}
