package dev.athanor.onednn;

import dev.athanor.kernel.MatrixEngine;
import dev.athanor.kernel.MatrixProvider;
import dev.athanor.kernel.Workers;
import java.nio.file.Path;
import java.util.Optional;

/** oneDNN on Linux with an x86-64 processor. */
public final class OneDnnProvider implements MatrixProvider {
    @Override
    public String name() {
        return "onednn";
    }

    @Override
    public Optional<String> hindrance() {
        String system = System.getProperty("os.name") + " " + System.getProperty("os.arch");
        if (!system.equals("Linux amd64")) {
            return Optional.of("oneDNN is here for Linux on x86-64, this is " + system);
        }
        if (!NativeFiles.present()) {
            return Optional.of("oneDNN's library is not on the class path: add the jar org.bytedeco:dnnl, classifier "
                    + "linux-x86_64");
        }
        return Optional.empty();
    }

    @Override
    public MatrixEngine open(Workers workers) {
        hindrance().ifPresent(reason -> {
            throw new IllegalStateException(reason);
        });
        return OneDnnEngine.fitting(load(), workers, numbers());
    }

    /** Vectors where the virtual machine has them; the bits are the same. */
    private static Numbers numbers() {
        boolean module = ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
        return module && VectorNumbers.suit() ? new VectorNumbers() : new ScalarNumbers();
    }

    static Dnnl load() {
        Path home = Path.of(System.getProperty("user.home"));
        try {
            return new Dnnl(NativeFiles.unpack(NativeFiles.cache(System.getenv(), home)));
        } catch (IllegalArgumentException e) {
            throw new IllegalStateException(
                    "oneDNN: expected its library to load, found " + e.getMessage()
                            + "; it needs glibc 2.34 or newer, or choose --matmul vector",
                    e);
        }
    }
}
