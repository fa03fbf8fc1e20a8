package dev.athanor.hub;

import java.net.URI;
import java.util.Optional;

/** What the statuses of a hub mean and what to do about them. */
final class Refusals {
    private final HubSettings settings;
    private final ModelName model;

    Refusals(HubSettings settings, ModelName model) {
        this.settings = settings;
        this.model = model;
    }

    /** Whether asking again can help. */
    static boolean mayPass(int status) {
        return status == 408 || status == 429 || (status >= 500 && status != 501);
    }

    /**
     * The sentence for an answer that is neither a file nor a list.
     *
     * @param what was asked for, such as a file name; empty for the list of files
     */
    HubException of(Answer answer, String what) {
        URI hub = settings.endpoint();
        String where = model.repository() + (what.isEmpty() ? "" : "/" + Shown.text(what));
        int status = answer.status();
        if (!answer.fromHub()) {
            return new HubException(where + ": expected the file from "
                    + answer.uri().getHost() + ", found HTTP " + status + "; try again later");
        }
        return new HubException(where + ": " + hubSentence(hub, status, answer.header("X-Error-Code"), what));
    }

    private String hubSentence(URI hub, int status, Optional<String> code, String what) {
        boolean gated = code.equals(Optional.of("GatedRepo"));
        String page = hub + "/" + model.repository();
        return switch (status) {
            case 401, 403 -> {
                if (gated) {
                    yield "expected leave to read it, found a gated model (HTTP " + status
                            + "); accept its conditions on " + page + ", then set HF_TOKEN to a token of that account";
                }
                yield settings.token().isEmpty()
                        ? "expected a public model, found that the hub asks who you are (HTTP " + status
                                + "); check the name, or set HF_TOKEN to a token of an account that may read it"
                        : "expected leave to read it with the token given, found none (HTTP " + status
                                + "); check the name and the token in HF_TOKEN, or make a new one at " + hub
                                + "/settings/tokens";
            }
            case 404 -> {
                if (!what.isEmpty()) {
                    yield "expected the file that the list names, found HTTP 404; try again, the model may be changing";
                }
                yield code.equals(Optional.of("RevisionNotFound"))
                        ? "expected a revision " + model.revision() + ", found none (HTTP 404); see " + page
                                + "/tree/main"
                        : "expected a model of this name on " + hub
                                + ", found none (HTTP 404); check the name, and set " + "HF_TOKEN if it is private";
            }
            case 429 ->
                "expected the hub to answer, found that it wants fewer requests (HTTP 429); wait some minutes"
                        + (settings.token().isEmpty() ? ", or set HF_TOKEN, which is allowed more" : "");
            default ->
                status >= 500
                        ? "expected the hub to answer, found HTTP " + status
                                + "; it has trouble of its own, try again later"
                        : "expected the hub to answer, found HTTP " + status + "; is HF_ENDPOINT the address of a hub?";
        };
    }
}
