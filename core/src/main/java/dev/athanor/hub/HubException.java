package dev.athanor.hub;

/**
 * A model that could not be fetched or found; the message says in one sentence what was expected, found and can be
 * done.
 */
public final class HubException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public HubException(String message) {
        super(message);
    }

    public HubException(String message, Throwable cause) {
        super(message, cause);
    }
}
