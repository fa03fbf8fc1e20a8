package dev.athanor.checkpoint;

import dev.athanor.tensor.DType;
import dev.athanor.tensor.Shape;

/**
 * Where one tensor lies in a safetensors file.
 *
 * @param begin first byte, counted from the start of the file
 * @param bytes how many
 */
public record TensorEntry(String name, DType dtype, Shape shape, long begin, long bytes) {}
