package dev.athanor.springai;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.athanor.chat.Assistant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.embedding.EmbeddingModel;
import org.springframework.ai.model.tool.autoconfigure.ToolCallingAutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

class AutoConfigurationTest {
    private static ApplicationContextRunner runner(String... properties) {
        return new ApplicationContextRunner()
                .withConfiguration(
                        AutoConfigurations.of(ToolCallingAutoConfiguration.class, AthanorAutoConfiguration.class))
                .withPropertyValues(properties);
    }

    private static String model() {
        return "athanor.model=" + Learned.model();
    }

    @Test
    void aModelsPathBringsItsBeans() {
        runner(model(), "athanor.threads=1", "athanor.chat.options.temperature=0")
                .run(context -> {
                    assertEquals(
                            "The capital of Germany is Berlin.",
                            context.getBean(ChatModel.class).call(Learned.CAPITAL));
                    assertEquals(96, context.getBean(EmbeddingModel.class).embed("Berlin").length);
                    assertNotNull(context.getBean(Assistant.class));
                });
    }

    @Test
    void withoutAPathThereAreNone() {
        runner().run(context ->
                assertTrue(context.getBeansOfType(ChatModel.class).isEmpty()
                        && context.getBeansOfType(Assistant.class).isEmpty()));
    }

    @Test
    void anotherProviderMayBeChosen() {
        runner(model(), "spring.ai.model.chat=ollama", "spring.ai.model.embedding=none")
                .run(context -> {
                    assertTrue(context.getBeansOfType(ChatModel.class).isEmpty());
                    assertTrue(context.getBeansOfType(EmbeddingModel.class).isEmpty());
                });
    }

    @Test
    void everyPropertyIsAnOption() {
        AthanorChatOptions expected = AthanorChatOptions.builder()
                .temperature(0.5)
                .topP(0.75)
                .topK(7)
                .minP(0.25)
                .frequencyPenalty(0.1)
                .presencePenalty(0.2)
                .repeatPenalty(1.5)
                .maxTokens(9)
                .stopSequences(List.of("x", "y"))
                .seed(11L)
                .build();
        String at = "athanor.chat.options.";
        runner(
                        model(),
                        at + "temperature=0.5",
                        at + "top-p=0.75",
                        at + "top-k=7",
                        at + "min-p=0.25",
                        at + "frequency-penalty=0.1",
                        at + "presence-penalty=0.2",
                        at + "repeat-penalty=1.5",
                        at + "max-tokens=9",
                        at + "stop-sequences=x,y",
                        at + "seed=11")
                .run(context -> assertEquals(
                        expected, context.getBean(AthanorChatModel.class).getOptions()));
    }

    @Test
    void anUnknownPropertyStopsTheApplication() {
        failure("temprature", model(), "athanor.chat.options.temprature=0.5");
    }

    @Test
    void anOptionOutOfRangeStopsTheApplication() {
        failure("top_p", model(), "athanor.chat.options.top-p=2");
    }

    @Test
    void aPathToNothingStopsTheApplication() {
        failure("athanor.model: expected a model directory or GGUF file", "athanor.model=nowhere/at/all");
    }

    private static void failure(String said, String... properties) {
        runner(properties).run(context -> {
            Throwable failure = context.getStartupFailure();
            assertNotNull(failure);
            StringBuilder all = new StringBuilder();
            for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
                all.append(cause).append('\n');
            }
            assertTrue(all.toString().contains(said), all.toString());
        });
    }

    @Test
    void theApplicationClosesWhatItOpened() {
        Assistant[] kept = new Assistant[1];
        runner(model()).run(context -> kept[0] = context.getBean(Assistant.class));
        boolean refused = false;
        try {
            kept[0].embed("Berlin");
        } catch (RuntimeException e) {
            refused = true;
        }
        assertTrue(refused, "expected a closed model");
        assertFalse(Learned.assistant().embed("Berlin").length == 0);
    }
}
