package dev.athanor.hub;

import java.util.Optional;

/**
 * A model of a hub, {@code ORG/NAME[@REVISION]}; a revision is a branch, a tag or a commit.
 *
 * @param organisation the part before the slash
 * @param name the part behind it
 * @param revision {@code main} where none was given
 */
public record ModelName(String organisation, String name, String revision) {
    /** Longest ORG or NAME, and longest revision, of the hub (huggingface_hub, validate_repo_id). */
    private static final int LONGEST = 96;

    private static final int LONGEST_REVISION = 200;

    public ModelName {
        if (!plain(organisation) || !plain(name) || !isRevision(revision)) {
            throw new IllegalArgumentException(
                    "expected a model as ORG/NAME or ORG/NAME@REVISION, such as openai-community/gpt2, found \""
                            + Shown.text(organisation + "/" + name + "@" + revision) + "\"");
        }
    }

    /**
     * The model that {@code text} names.
     *
     * @throws IllegalArgumentException where it names none
     */
    public static ModelName of(String text) {
        return parse(text)
                .orElseThrow(() -> new IllegalArgumentException(
                        "expected a model as ORG/NAME or ORG/NAME@REVISION, such as openai-community/gpt2, found \""
                                + Shown.text(text) + "\""));
    }

    /** The model that {@code text} names, or nothing where it cannot be the name of one. */
    public static Optional<ModelName> parse(String text) {
        int at = text.indexOf('@');
        String repository = at < 0 ? text : text.substring(0, at);
        String revision = at < 0 ? "main" : text.substring(at + 1);
        int slash = repository.indexOf('/');
        if (slash < 0) {
            return Optional.empty();
        }
        String organisation = repository.substring(0, slash);
        String name = repository.substring(slash + 1);
        return plain(organisation) && plain(name) && isRevision(revision)
                ? Optional.of(new ModelName(organisation, name, revision))
                : Optional.empty();
    }

    /** {@code ORG/NAME}. */
    public String repository() {
        return organisation + "/" + name;
    }

    /** The folder of the cache that holds it. */
    String folder() {
        return "models--" + organisation + "--" + name;
    }

    /** Whether {@code text} is the SHA-1 of a commit. */
    static boolean isCommit(String text) {
        return text.length() == 40 && isHex(text);
    }

    static boolean isHex(String text) {
        return text.chars().allMatch(c -> (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'));
    }

    private static boolean plain(String part) {
        return word(part) && part.length() <= LONGEST && !part.contains("--") && !part.endsWith("-");
    }

    private static boolean isRevision(String revision) {
        if (revision.isEmpty() || revision.length() > LONGEST_REVISION) {
            return false;
        }
        for (String segment : revision.split("/", -1)) {
            if (!word(segment)) {
                return false;
            }
        }
        return true;
    }

    /** Letters, digits, underscore, dot and hyphen; what begins or ends with a dot could leave its folder. */
    private static boolean word(String text) {
        return !text.isEmpty()
                && !text.startsWith(".")
                && !text.startsWith("-")
                && !text.endsWith(".")
                && !text.contains("..")
                && text.chars()
                        .allMatch(c -> (c >= '0' && c <= '9')
                                || (c >= 'a' && c <= 'z')
                                || (c >= 'A' && c <= 'Z')
                                || c == '_'
                                || c == '.'
                                || c == '-');
    }
}
