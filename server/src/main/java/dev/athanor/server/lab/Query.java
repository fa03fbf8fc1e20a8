package dev.athanor.server.lab;

import dev.athanor.microscope.view.Choice;
import dev.athanor.microscope.view.Thought;
import dev.athanor.server.Problem;
import io.helidon.webserver.http.ServerRequest;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** What is asked in an address. */
final class Query {
    private final ServerRequest request;

    Query(ServerRequest request) {
        this.request = request;
    }

    String run() {
        return request.path().pathParameters().get("run");
    }

    Optional<String> find(String name) {
        return request.query().first(name).asOptional();
    }

    String text(String name) {
        return find(name).orElseThrow(() -> new Problem(400, name + ": expected a text, found none"));
    }

    int number(String name) {
        String found = text(name);
        try {
            return Integer.parseInt(found);
        } catch (NumberFormatException e) {
            throw new Problem(400, name + ": expected a whole number, found \"" + cut(found) + "\"");
        }
    }

    int number(String name, int otherwise) {
        return find(name).isPresent() ? number(name) : otherwise;
    }

    /** A number from 0 to {@code count - 1}. */
    int within(String name, int count) {
        int found = number(name);
        if (found < 0 || found >= count) {
            throw new Problem(400, name + ": expected one from 0 to " + (count - 1) + ", found " + found);
        }
        return found;
    }

    /** The word that decides; the last one where none is named. */
    int position(Thought thought) {
        return find("position").isPresent() ? within("position", thought.length()) : thought.length() - 1;
    }

    /** The decision; the likeliest token against the second where none is named. */
    Choice choice(Thought thought) {
        int position = position(thought);
        int v = thought.config().vocabularySize();
        Choice first = Choice.first(thought, position);
        if (find("token").isEmpty()) {
            return first;
        }
        int token = within("token", v);
        if (find("against").isEmpty()) {
            return new Choice(position, token, token == first.token() ? first.against() : first.token());
        }
        int against = number("against");
        if (against < Choice.NOTHING || against >= v || against == token) {
            throw new Problem(
                    400, "against: expected another token from 0 to " + (v - 1) + " or -1 for none, found " + against);
        }
        return new Choice(position, token, against);
    }

    /** Numbers between commas. */
    List<Integer> numbers(String name) {
        String found = text(name);
        try {
            return Arrays.stream(found.split(",", -1))
                    .map(String::strip)
                    .map(Integer::valueOf)
                    .toList();
        } catch (NumberFormatException e) {
            throw new Problem(400, name + ": expected whole numbers between commas, found \"" + cut(found) + "\"");
        }
    }

    private static String cut(String found) {
        return found.length() > 40 ? found.substring(0, 40) + "…" : found;
    }
}
