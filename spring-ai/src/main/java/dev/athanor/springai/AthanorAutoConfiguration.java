package dev.athanor.springai;

import dev.athanor.chat.Assistant;
import io.micrometer.observation.ObservationRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import org.springframework.ai.model.SpringAIModelProperties;
import org.springframework.ai.model.tool.ToolCallingManager;
import org.springframework.ai.model.tool.autoconfigure.ToolCallingAutoConfiguration;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;

/**
 * The beans of a model when {@code athanor.model} names one: the open {@link Assistant}, which the application closes,
 * a chat model and an embedding model. {@code spring.ai.model.chat} and {@code spring.ai.model.embedding} choose
 * between several providers; Athanor is called {@code athanor} there.
 */
@AutoConfiguration(after = ToolCallingAutoConfiguration.class)
@ConditionalOnProperty("athanor.model")
@EnableConfigurationProperties(AthanorProperties.class)
public class AthanorAutoConfiguration {
    private static final String NAME = "athanor";

    /** @throws IllegalArgumentException where there is nothing at the path */
    @Bean(destroyMethod = "close")
    @ConditionalOnMissingBean
    Assistant athanorAssistant(AthanorProperties properties) {
        Path path = Path.of(properties.model());
        if (!Files.exists(path)) {
            throw new IllegalArgumentException(
                    "athanor.model: expected a model directory or GGUF file, found nothing at " + path);
        }
        return Assistant.open(path, properties.threadsOrUsual());
    }

    @Bean
    @ConditionalOnMissingBean
    @ConditionalOnProperty(name = SpringAIModelProperties.CHAT_MODEL, havingValue = NAME, matchIfMissing = true)
    AthanorChatModel athanorChatModel(
            Assistant assistant,
            AthanorProperties properties,
            ObjectProvider<ToolCallingManager> tools,
            ObjectProvider<ObservationRegistry> observations) {
        return AthanorChatModel.builder(assistant)
                .options(properties.chat().options().chatOptions())
                .toolCallingManager(
                        tools.getIfAvailable(() -> ToolCallingManager.builder().build()))
                .observationRegistry(observations.getIfUnique(() -> ObservationRegistry.NOOP))
                .build();
    }

    @Bean
    @ConditionalOnMissingBean
    @ConditionalOnProperty(name = SpringAIModelProperties.EMBEDDING_MODEL, havingValue = NAME, matchIfMissing = true)
    AthanorEmbeddingModel athanorEmbeddingModel(Assistant assistant) {
        return new AthanorEmbeddingModel(assistant);
    }
}
