package dev.athanor.finetune;

/**
 * The chat template of base models that were fine-tuned here, in Jinja as transformers and llama.cpp read it. The space
 * before an answer belongs to the answer: tokenizers join it to the first word.
 */
final class BaseTemplate {
    private BaseTemplate() {}

    /**
     * The template.
     *
     * @param end name of the token behind every answer: {@code <|endoftext|>}
     */
    static String jinja(String end) {
        return "{% for message in messages %}"
                + "{% if message['role'] == 'system' %}{{ message['content'] | trim }}{{ '\\n\\n' }}"
                + "{% elif message['role'] == 'user' %}{{ 'User: ' }}{{ message['content'] | trim }}{{ '\\n' }}"
                + "{% elif message['role'] == 'assistant' %}{{ 'Assistant:' }}"
                + "{% generation %}{{ ' ' }}{{ message['content'] | trim }}{{ " + quoted(end)
                + " }}{% endgeneration %}{{ '\\n' }}"
                + "{% else %}{{ raise_exception('expected messages of system, user and assistant, found one of '"
                + " + message['role']) }}{% endif %}"
                + "{% endfor %}"
                + "{% if add_generation_prompt %}{{ 'Assistant:' }}{% endif %}";
    }

    private static String quoted(String text) {
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
    }
}
