package dev.athanor.corpus.tales;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/** What is fixed before the first sentence (people, place, time, tense), and what has happened so far. */
final class World {
    /** Seven of ten stories are told in the present, where "lies" has two meanings; the past has "lay" and "lied". */
    private static final double PRESENT_SHARE = 0.7;

    private final List<Episode> episodes = new ArrayList<>();
    private final String preposition;
    private final String place;
    private final String time;
    private final String season;
    private final String neighbour;
    private final String animal;
    private final boolean outdoors;
    private final boolean past;
    private final List<Person> people;
    private Person hero;
    private Person friend;

    World(Teller teller, SplittableRandom random) {
        hero = person(teller, random);
        Person other = person(teller, random);
        while (other.name().equals(hero.name())) {
            other = person(teller, random);
        }
        friend = other;
        people = List.of(hero, friend);
        outdoors = random.nextBoolean();
        String entry = teller.draw(outdoors ? "outdoors" : "indoors");
        int space = entry.indexOf(' ');
        preposition = entry.substring(0, space);
        place = entry.substring(space + 1);
        neighbour = teller.draw("job");
        animal = teller.draw("pet");
        time = teller.draw("daytime");
        season = teller.draw("seasons");
        past = random.nextDouble() >= PRESENT_SHARE;
    }

    private static Person person(Teller teller, SplittableRandom random) {
        boolean female = random.nextBoolean();
        return new Person(teller.draw(female ? "girl" : "boy"), female);
    }

    Person hero() {
        return hero;
    }

    boolean past() {
        return past;
    }

    boolean outdoors() {
        return outdoors;
    }

    /** The friend becomes the hero of the next episode. */
    void swap() {
        Person was = hero;
        hero = friend;
        friend = was;
    }

    void happened(String kind, Optional<String> reason, Optional<String> feeling) {
        episodes.add(new Episode(kind, hero, reason, feeling));
    }

    Scene scene(Facts facts) {
        return new Scene(
                people, preposition + " the " + place, time, season, past, List.copyOf(episodes), facts.list());
    }

    String known(Part.Role role) {
        return switch (role) {
            case NAME, SUBJECT -> hero.name();
            case HE -> hero.he();
            case HIM -> hero.him();
            case HIS -> hero.his();
            case FRIEND -> friend.name();
            case FRIEND_HE -> friend.he();
            case FRIEND_HIM -> friend.him();
            case FRIEND_HIS -> friend.his();
            case PLACE -> "the " + place;
            case IN_PLACE -> preposition + " the " + place;
            case NEIGHBOUR -> neighbour;
            case ANIMAL -> animal;
            case TIME -> time;
            case SEASON -> season;
        };
    }
}
