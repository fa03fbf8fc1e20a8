package dev.athanor.hub;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Where a hub is, where its files are kept and who is asking, as Python's huggingface_hub reads it from the environment
 * (its page "Environment variables").
 *
 * @param endpoint the hub, without a slash at its end
 * @param cache the folder of {@code models--ORG--NAME} folders
 * @param token sent to the endpoint and to nobody else
 * @param offline whether the network must not be used
 */
public record HubSettings(URI endpoint, Path cache, Optional<String> token, boolean offline) {
    private static final Set<String> TRUE = Set.of("1", "ON", "YES", "TRUE");
    private static final long LONGEST_TOKEN_FILE = 4096;

    public HubSettings {
        String scheme = String.valueOf(endpoint.getScheme()).toLowerCase(Locale.ROOT);
        if (!(scheme.equals("https") || scheme.equals("http"))
                || endpoint.getHost() == null
                || endpoint.getRawUserInfo() != null
                || endpoint.getRawQuery() != null
                || endpoint.getRawFragment() != null) {
            throw new IllegalArgumentException(
                    "HF_ENDPOINT: expected a web address such as https://huggingface.co, found \""
                            + Shown.text(endpoint.toString()) + "\"");
        }
        for (String word : token.stream().toList()) {
            if (!word.chars().allMatch(c -> c > ' ' && c < 127)) {
                throw new IllegalArgumentException(
                        "HF_TOKEN: expected letters, digits and signs of ASCII, found another character; copy the token again");
            }
        }
    }

    /**
     * Reads {@code HF_ENDPOINT}, {@code HF_HOME}, {@code HF_HUB_CACHE}, {@code HF_TOKEN}, {@code HF_TOKEN_PATH},
     * {@code HF_HUB_OFFLINE}, {@code TRANSFORMERS_OFFLINE} and {@code XDG_CACHE_HOME}.
     *
     * @param environment variables of the process
     * @param home folder of the user
     * @throws IllegalArgumentException where a variable has no possible value
     */
    public static HubSettings of(Map<String, String> environment, Path home) {
        Path shared = folder(environment, "XDG_CACHE_HOME", home).orElseGet(() -> home.resolve(".cache"));
        Path hfHome = folder(environment, "HF_HOME", home).orElseGet(() -> shared.resolve("huggingface"));
        Path cache = folder(environment, "HF_HUB_CACHE", home)
                .or(() -> folder(environment, "HUGGINGFACE_HUB_CACHE", home))
                .orElseGet(() -> hfHome.resolve("hub"));
        Path tokenFile = folder(environment, "HF_TOKEN_PATH", home).orElseGet(() -> hfHome.resolve("token"));
        Optional<String> token = value(environment, "HF_TOKEN")
                .or(() -> value(environment, "HUGGING_FACE_HUB_TOKEN"))
                .or(() -> firstLine(tokenFile));
        String offline = value(environment, "HF_HUB_OFFLINE")
                .or(() -> value(environment, "TRANSFORMERS_OFFLINE"))
                .orElse("0");
        return new HubSettings(
                endpoint(value(environment, "HF_ENDPOINT").orElse("https://huggingface.co")),
                cache,
                token,
                TRUE.contains(offline.toUpperCase(Locale.ROOT)));
    }

    private static URI endpoint(String text) {
        String bare = text;
        while (bare.endsWith("/")) {
            bare = bare.substring(0, bare.length() - 1);
        }
        try {
            return new URI(bare);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(
                    "HF_ENDPOINT: expected a web address such as https://huggingface.co, found \"" + Shown.text(text)
                            + "\"",
                    e);
        }
    }

    private static Optional<String> value(Map<String, String> environment, String name) {
        return Optional.ofNullable(environment.get(name)).map(String::strip).filter(text -> !text.isEmpty());
    }

    private static Optional<Path> folder(Map<String, String> environment, String name, Path home) {
        return value(environment, name).map(text -> {
            if (text.equals("~")) {
                return home;
            }
            return text.startsWith("~/") ? home.resolve(text.substring(2)) : Path.of(text);
        });
    }

    private static Optional<String> firstLine(Path file) {
        try {
            if (!Files.isRegularFile(file) || Files.size(file) > LONGEST_TOKEN_FILE) {
                return Optional.empty();
            }
            return Files.readString(file).lines().map(String::strip).findFirst().filter(line -> !line.isEmpty());
        } catch (IOException e) {
            return Optional.empty(); // as without the file: a public model needs no token
        }
    }

    /** Does not tell the token. */
    @Override
    public String toString() {
        return "HubSettings[endpoint=" + endpoint + ", cache=" + cache + ", token="
                + (token.isPresent() ? "given" : "none") + ", offline=" + offline + "]";
    }
}
