package dev.athanor.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.athanor.train.TrainingRun;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** A word of the text beside the places where the tales have it, for a model that has seen little of them. */
class SensesPageTest {
    @TempDir
    private Path directory = Path.of("");

    @Test
    void theNearestPlacesOfAWordAreShownAndTheirNumbersAskedAgain() {
        Path model = directory.resolve("little");
        try (TrainingRun run = TrainingRun.begin(
                model, new TrainingRun.Options(List.of("tales:stories=300,seed=1"), "tales", 2, 0, 0, 1, 0), 2)) {
            run.run(() -> false, p -> {});
        }
        try (Room room = new Room(model)) {
            String id = room.run("The king moves");
            ObjectNode senses = room.get("/api/runs/" + id + "/senses?position=1");
            assertEquals("king", senses.get("word").stringValue());
            assertTrue(senses.get("occurrences").intValue() > 20, senses.toString());
            assertTrue(senses.get("states").size() > 2);
            for (JsonNode state : senses.get("states")) {
                double before = 1.0 + 1e-9;
                for (JsonNode near : state.get("nearest")) {
                    assertTrue(
                            near.get("sentence")
                                    .stringValue()
                                    .toLowerCase(Locale.ROOT)
                                    .contains("king"),
                            near.toString());
                    JsonNode figure = near.get("similarity");
                    double value = figure.get("value").doubleValue();
                    assertTrue(value <= before, "likest first: " + state);
                    before = value;
                    String index = figure.get("index").toString().replaceAll("[\\[\\]]", "");
                    ObjectNode again = room.get("/api/runs/" + id + "/figure?name=sense.cosine&index="
                            + URLEncoder.encode(index, StandardCharsets.UTF_8));
                    assertEquals(value, again.get("value").doubleValue());
                }
            }
            String rare = room.run("The zebra moves");
            String refused = new String(
                    room.fetch("/api/runs/" + rare + "/senses?position=1").body(), StandardCharsets.UTF_8);
            assertTrue(refused.contains("tales have twice"), refused);
        }
    }
}
