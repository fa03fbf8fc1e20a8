package dev.athanor.kernel;

import java.io.PrintStream;

/** Prints one hash over the results of all kernels: before any compilation and after many rounds. */
final class KernelBits {
    private static final int[] SIZES = {1, 7, 16, 33, 61, 130};

    private KernelBits() {}

    static int hash(Kernels kernels) {
        int hash = 1;
        for (KernelCall call : KernelCall.values()) {
            for (int n : SIZES) {
                KernelRoom room = new KernelRoom(n, n % 16, 2, n);
                call.run(kernels, room);
                hash = 31 * hash + room.hash();
            }
        }
        return hash;
    }

    public static void main(String[] arguments) {
        PrintStream out = System.out;
        int rounds = Integer.parseInt(arguments[0]);
        for (Kernels kernels : KernelProviders.all()) {
            int first = hash(kernels);
            int last = first;
            for (int i = 0; i < rounds; i++) {
                last = hash(kernels);
            }
            out.println(kernels.name() + " " + first + " " + last);
        }
    }
}
