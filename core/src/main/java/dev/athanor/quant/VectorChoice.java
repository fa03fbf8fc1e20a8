package dev.athanor.quant;

/**
 * Whether numbers are read with vectors: where the module is there and the compiler makes instructions of it. The
 * scalar readers give the same bits, so this decides about speed alone.
 */
final class VectorChoice {
    private static final int NARROWEST_VECTOR = 128;

    static final boolean VECTORS = compiled() && modulePresent() && Wide.FLOATS.vectorBitSize() >= NARROWEST_VECTOR;

    private VectorChoice() {}

    static boolean modulePresent() {
        return ModuleLayer.boot()
                .findModule("jdk.incubator.vector")
                .filter(VectorChoice.class.getModule()::canRead)
                .isPresent();
    }

    /** Without HotSpot's optimising compiler every vector is an object. */
    private static boolean compiled() {
        String info = System.getProperty("java.vm.info", "");
        return !info.contains("interpreted")
                && !info.contains("emulated-client")
                && !System.getProperty("java.vm.name", "").contains("Client")
                && !System.getProperty("java.vm.version", "").contains("jvmci");
    }
}
