package dev.athanor.langchain4j;

import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.common.AbstractStreamingChatModelIT;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import java.util.List;

/** LangChain4j's own tests of streaming models; see {@link Learned} for what they show. */
class StreamingChatModelKitTest extends AbstractStreamingChatModelIT {
    @Override
    protected List<StreamingChatModel> baseModels() {
        return List.of(createModelWith(ChatRequestParameters.builder().build()));
    }

    @Override
    protected StreamingChatModel createModelWith(ChatRequestParameters parameters) {
        return AthanorStreamingChatModel.builder()
                .assistant(Learned.assistant())
                .temperature(0)
                .defaultRequestParameters(parameters)
                .build();
    }

    @Override
    public StreamingChatModel createModelWith(ChatModelListener listener) {
        return AthanorStreamingChatModel.builder()
                .assistant(Learned.assistant())
                .temperature(0)
                .listeners(List.of(listener))
                .build();
    }

    @Override
    protected ChatRequestParameters createIntegrationSpecificParameters(int maxOutputTokens) {
        return AthanorChatRequestParameters.builder()
                .maxOutputTokens(maxOutputTokens)
                .build();
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
