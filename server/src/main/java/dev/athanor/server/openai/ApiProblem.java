package dev.athanor.server.openai;

import java.util.Optional;
import java.util.regex.Pattern;
import tools.jackson.databind.node.ObjectNode;

/** A request that cannot be answered, as OpenAI's clients read it. */
final class ApiProblem extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private static final Pattern NAME = Pattern.compile("[a-z_]+(\\[\\d+])?(\\.[a-z_]+)*");

    private final int status;
    private final String param;

    /** @param param field of the request; empty where none is to blame */
    ApiProblem(int status, String param, String message) {
        super(message);
        this.status = status;
        this.param = param;
    }

    /** A field that is not as it must be; the message begins with its name. */
    static ApiProblem field(String name, String expectedAndFound) {
        return new ApiProblem(400, name, name + ": " + expectedAndFound);
    }

    /** What the engine refuses names the field it means. */
    static ApiProblem of(IllegalArgumentException e) {
        String message = String.valueOf(e.getMessage());
        int colon = message.indexOf(':');
        Optional<String> name = colon < 0
                ? Optional.empty()
                : Optional.of(message.substring(0, colon))
                        .filter(n -> NAME.matcher(n).matches());
        return new ApiProblem(400, name.orElse(""), message);
    }

    int status() {
        return status;
    }

    ObjectNode json() {
        ObjectNode error = ApiJson.object();
        ObjectNode inside = error.putObject("error");
        inside.put("message", String.valueOf(getMessage()));
        inside.put("type", type(status));
        if (param.isEmpty()) {
            inside.putNull("param");
        } else {
            inside.put("param", param);
        }
        if (status == 404) {
            inside.put("code", "not_found");
        } else {
            inside.putNull("code");
        }
        return error;
    }

    private static String type(int status) {
        return switch (status) {
            case 401 -> "authentication_error";
            case 403 -> "permission_error";
            case 429, 503 -> "overloaded_error";
            case 500 -> "server_error";
            default -> "invalid_request_error";
        };
    }
}
