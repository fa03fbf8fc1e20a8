package dev.athanor.onednn;

import dev.athanor.kernel.MatrixEngine;
import dev.athanor.kernel.MatrixProvider;
import dev.athanor.kernel.Workers;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** All kinds of products, whether they are faster here or not. */
public final class ForcedProvider implements MatrixProvider {
    @Override
    public String name() {
        return "forced";
    }

    @Override
    public Optional<String> hindrance() {
        return new OneDnnProvider().hindrance();
    }

    @Override
    public MatrixEngine open(Workers workers) {
        return engine(workers, new VectorNumbers(), 1 << 20);
    }

    static OneDnnEngine engine(Workers workers, Numbers numbers, long kept) {
        Suitable all = new Suitable(Set.of(Kind.INT8, Kind.BF16), Map.of());
        return new OneDnnEngine(OneDnnProvider.load(), workers, numbers, all, kept);
    }
}
