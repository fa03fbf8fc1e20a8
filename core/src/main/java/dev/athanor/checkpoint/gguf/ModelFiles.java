package dev.athanor.checkpoint.gguf;

import dev.athanor.checkpoint.Checkpoint;
import dev.athanor.checkpoint.OpenModel;
import dev.athanor.tensor.DType;
import java.nio.file.Path;
import java.util.Optional;

/** Models in any format that Athanor reads. */
public final class ModelFiles {
    private ModelFiles() {}

    /**
     * Opens a GGUF file, told by its name, or else a directory in the layout of Hugging Face; weights stay mapped.
     *
     * @throws dev.athanor.checkpoint.ModelFormatException where a file is missing, damaged or contradicts another
     */
    public static OpenModel open(Path path) {
        return GgufModel.isNamed(path) ? GgufModel.open(path) : Checkpoint.open(path);
    }

    /**
     * As {@link #open(Path)}, with the matrices of a directory in {@code weights} where that is given
     * ({@link QuantisedCopy}).
     *
     * @throws IllegalArgumentException where a type is given for a GGUF file or adapters
     */
    public static OpenModel open(Path path, Optional<DType> weights) {
        return weights.isEmpty() ? open(path) : QuantisedCopy.open(path, weights.get());
    }
}
