package dev.athanor.microscope.watch;

import dev.athanor.microscope.score.HeadScores.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A head that took a role and kept it to the last record. A score is not a cause: what taking the head out costs stands
 * beside it.
 *
 * @param born the head at the first record from which it kept the role
 * @param step of that record
 * @param last the head at the last record
 */
public record Birth(Role role, long step, WatchRecord.Head born, WatchRecord.Head last) {
    /** Births in the order of their steps. */
    public static List<Birth> of(Timeline timeline) {
        List<Birth> births = new ArrayList<>();
        List<WatchRecord> records = timeline.records();
        if (records.isEmpty()) {
            return births;
        }
        WatchRecord end = records.getLast();
        for (int head = 0; head < end.heads().size(); head++) {
            Role role = end.heads().get(head).role();
            if (role == Role.NONE) {
                continue;
            }
            int first = records.size() - 1;
            while (first > 0 && records.get(first - 1).heads().get(head).role() == role) {
                first--;
            }
            births.add(new Birth(
                    role,
                    records.get(first).step(),
                    records.get(first).heads().get(head),
                    end.heads().get(head)));
        }
        births.sort((a, b) -> Long.compare(a.step(), b.step()));
        return List.copyOf(births);
    }

    /** Such as {@code head 1.0 became an induction head at step 412 (score 0.52, taking it out costs 1.31 nats)}. */
    public String sentence() {
        String end = last.equals(born)
                ? ""
                : String.format(Locale.ROOT, "; at the end score %.2f, %s", last.score(), cost(last));
        return String.format(
                Locale.ROOT,
                "head %d.%d became %s at step %d (score %.2f, taking it out %s%s)%s",
                born.layer(),
                born.head(),
                name(role),
                step,
                born.score(),
                cost(born),
                end,
                counts()
                        ? String.format(
                                Locale.ROOT,
                                "; it only counts tokens back: where texts repeat after another number of tokens, its score is %.2f",
                                last.elsewhere())
                        : "");
    }

    /** Whether an induction head in truth looks a fixed number of tokens back. */
    public boolean counts() {
        return role == Role.INDUCTION && last.elsewhere() < last.induction() / 2;
    }

    private static String cost(WatchRecord.Head head) {
        return head.effect() < 0
                ? String.format(Locale.ROOT, "saves %.2f nats", -head.effect())
                : String.format(Locale.ROOT, "costs %.2f nats", head.effect());
    }

    /** With its article, as in a sentence. */
    public static String name(Role role) {
        return switch (role) {
            case INDUCTION -> "an induction head";
            case PREVIOUS -> "a previous-token head";
            case DUPLICATE -> "a duplicate-token head";
            case FIRST -> "a head that looks at the first token";
            case NONE -> "a head without a clear role";
        };
    }
}
