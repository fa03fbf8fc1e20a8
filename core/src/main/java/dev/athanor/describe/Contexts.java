package dev.athanor.describe;

import java.util.ArrayList;
import java.util.List;

/** Contexts at which a page shows what attention costs. */
public final class Contexts {
    private static final int FIRST = 128;
    private static final int STEP = 4;

    private Contexts() {}

    /** 128, 512, 2048 and so on below {@code longest}, and {@code longest}. */
    public static List<Integer> upTo(int longest) {
        List<Integer> contexts = new ArrayList<>();
        for (int context = FIRST; context < longest; context *= STEP) {
            contexts.add(context);
            if (context > Integer.MAX_VALUE / STEP) {
                break;
            }
        }
        contexts.add(longest);
        return List.copyOf(contexts);
    }
}
