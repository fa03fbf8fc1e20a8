package dev.athanor.langchain4j;

import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.common.AbstractChatModelIT;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import java.util.List;

/** LangChain4j's own tests of chat models; see {@link Learned} for what they show. */
class ChatModelKitTest extends AbstractChatModelIT {
    @Override
    protected List<ChatModel> models() {
        return List.of(createModelWith(ChatRequestParameters.builder().build()));
    }

    @Override
    protected ChatModel createModelWith(ChatRequestParameters parameters) {
        return AthanorChatModel.builder()
                .assistant(Learned.assistant())
                .temperature(0)
                .defaultRequestParameters(parameters)
                .build();
    }

    @Override
    protected ChatRequestParameters createIntegrationSpecificParameters(int maxOutputTokens) {
        return AthanorChatRequestParameters.builder()
                .maxOutputTokens(maxOutputTokens)
                .build();
    }

    @Override
    protected boolean supportsChatAsync() {
        return true;
    }

    /** One model is open, and the name of another is refused. */
    @Override
    protected boolean supportsModelNameParameter() {
        return false;
    }

    /** The engine reads text. */
    @Override
    protected boolean supportsSingleImageInputAsBase64EncodedString() {
        return false;
    }

    /** The engine reads text. */
    @Override
    protected boolean supportsSingleImageInputAsPublicURL() {
        return false;
    }
}
