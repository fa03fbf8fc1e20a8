package dev.athanor.describe;

/** How far a mistyped name is from a right one (Levenshtein 1966). */
final class EditDistance {
    /** Longer words are no mistyped names; they would only cost time. */
    private static final int LONGEST = 100;

    private EditDistance() {}

    /** Fewest insertions, deletions and replacements of one character that turn {@code a} into {@code b}. */
    static int between(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }

    /** Whether {@code wrong} may mean {@code right}: a third of it is different at most, or one begins the other. */
    static boolean near(String wrong, String right) {
        if (wrong.isBlank() || wrong.length() > LONGEST) {
            return false;
        }
        return right.startsWith(wrong)
                || wrong.startsWith(right)
                || between(wrong, right) <= Math.max(2, right.length() / 3);
    }
}
