package dev.athanor.langchain4j;

import dev.langchain4j.model.chat.common.StreamingMode;
import java.util.List;

/** The same tests of streaming models, asked as a publisher; handles for cancelling belong to handlers alone. */
class PublishingChatModelKitTest extends StreamingChatModelKitTest {
    @Override
    protected List<StreamingMode> streamingModes() {
        return List.of(StreamingMode.PUBLISHER);
    }
}
