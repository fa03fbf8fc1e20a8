package dev.athanor.tensor;

/** The numbers of a weight: F32 in an array, which can learn, or as a file stores them. */
public sealed interface Weight permits Tensor, Stored {
    Shape shape();
}
