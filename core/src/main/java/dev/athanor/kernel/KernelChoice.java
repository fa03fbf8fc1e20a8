package dev.athanor.kernel;

import java.util.Optional;

/**
 * Which kernels were chosen and why.
 *
 * @param kernels the provider to use
 * @param explanation one sentence for logs and {@code doctor}
 * @param remedy what to change to get the faster provider; empty when it was chosen
 */
public record KernelChoice(Kernels kernels, String explanation, Optional<String> remedy) {}
