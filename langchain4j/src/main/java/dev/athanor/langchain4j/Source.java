package dev.athanor.langchain4j;

import dev.athanor.chat.Assistant;

/**
 * A model that is asked.
 *
 * @param owned whether whoever uses it closes it
 */
record Source(Assistant assistant, boolean owned) implements AutoCloseable {
    @Override
    public void close() {
        if (owned) {
            assistant.close();
        }
    }
}
