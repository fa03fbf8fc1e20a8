package dev.athanor.generate.constraint;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What one value must satisfy: several schemas at once, in some of which an alternative has been chosen.
 *
 * @param places the schemas
 * @param chosen pointers to the anyOf and oneOf that a branch among {@code places} stands for
 */
record Goal(List<Place> places, TreeSet<String> chosen) {
    static Goal of(List<Place> places) {
        TreeMap<String, Place> sorted = new TreeMap<>();
        for (Place place : places) {
            if (!place.isTrivial()) {
                sorted.put(place.pointer(), place);
            }
        }
        return new Goal(List.copyOf(sorted.values()), new TreeSet<>());
    }

    /** Goals that are equal in this ask for the same. */
    List<List<String>> key() {
        return List.of(places.stream().map(Place::pointer).toList(), List.copyOf(chosen));
    }

    /** The same with {@code branch} of the alternatives at {@code pointer}. */
    Goal choosing(String pointer, Place branch) {
        List<Place> more = new ArrayList<>(places);
        more.add(branch);
        TreeSet<String> done = new TreeSet<>(chosen);
        done.add(pointer);
        return new Goal(of(more).places, done);
    }

    /** Where a sentence says that it comes from. */
    String shown() {
        return places.isEmpty() ? "#" : places.getFirst().shown();
    }
}
