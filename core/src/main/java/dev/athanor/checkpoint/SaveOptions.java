package dev.athanor.checkpoint;

import dev.athanor.tensor.DType;
import java.util.Map;

/**
 * How a model directory is written.
 *
 * @param dtype F32, or BF16 or F16 to halve the file; every number is then rounded to the nearest
 * @param shardBytes most tensor bytes in one file; a larger model is written as several with an index
 * @param extraFiles further small files by plain name, such as tokenizer_config.json; they replace what Athanor would
 *     write
 */
public record SaveOptions(DType dtype, long shardBytes, Map<String, String> extraFiles) {
    /** F32 in files of at most 5 GB, the size people upload. */
    public static final SaveOptions DEFAULT = new SaveOptions(DType.F32, 5_000_000_000L, Map.of());

    public SaveOptions {
        if (dtype != DType.F32 && dtype != DType.BF16 && dtype != DType.F16) {
            throw new IllegalArgumentException("dtype: expected F32, BF16 or F16, found " + dtype);
        }
        if (shardBytes < 1) {
            throw new IllegalArgumentException("shardBytes: expected at least 1, found " + shardBytes);
        }
        extraFiles = Map.copyOf(extraFiles);
        for (String name : extraFiles.keySet()) {
            if (!name.matches("[A-Za-z0-9_][A-Za-z0-9._-]*")
                    || name.endsWith(".safetensors")
                    || name.endsWith(".tmp")) {
                throw new IllegalArgumentException(
                        "extraFiles: expected plain file names beside the weights, found " + name);
            }
        }
    }
}
