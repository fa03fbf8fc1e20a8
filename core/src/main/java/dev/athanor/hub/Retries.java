package dev.athanor.hub;

import java.io.IOException;
import java.time.Duration;

/** Tries again what a network broke, waiting longer each time; stops where that brings nothing. */
final class Retries {
    static final int TRIES = 6;
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(5);

    private final Surroundings.Waiting waiting;
    private final PullListener listener;
    private final String what;
    private int failures;

    /** @param what is being fetched, for sentences */
    Retries(Surroundings.Waiting waiting, PullListener listener, String what) {
        this.waiting = waiting;
        this.listener = listener;
        this.what = what;
    }

    /** Something that may fail for a while. */
    @FunctionalInterface
    interface Request<T> {
        T send() throws IOException;
    }

    /** The hub answered that it cannot answer now. */
    static final class Busy extends IOException {
        private static final long serialVersionUID = 1L;

        private final transient HubException sentence;
        private final Duration wait;

        /** @param wait as the hub asked for, zero where it did not */
        Busy(HubException sentence, Duration wait) {
            super(sentence.getMessage(), sentence);
            this.sentence = sentence;
            this.wait = wait;
        }

        static Busy of(Answer answer, HubException sentence) {
            return new Busy(
                    sentence,
                    Duration.ofSeconds(
                            Answer.number(answer.header("Retry-After")).orElse(0)));
        }
    }

    <T> T call(Request<T> request) {
        while (true) {
            try {
                return request.send();
            } catch (IOException e) {
                failed(e);
            }
        }
    }

    /** Something came, so that the next failure is a first one. */
    void progressed() {
        failures = 0;
    }

    /** Waits before the next try. */
    void failed(IOException e) {
        failures++;
        Duration wait = Duration.ofSeconds(1L << Math.min(failures - 1, 5));
        if (e instanceof Busy busy) {
            if (failures >= TRIES || busy.wait.compareTo(LONGEST_WAIT) > 0) {
                throw busy.sentence;
            }
            wait = busy.wait.compareTo(wait) > 0 ? busy.wait : wait;
        }
        if (failures >= TRIES) {
            throw new HubException(
                    what + ": expected an unbroken connection, found " + TRIES + " tries that failed, the last because "
                            + reason(e) + "; run pull again to go on where it stopped",
                    e);
        }
        listener.note(what + ": " + reason(e) + "; trying again in " + wait.toSeconds() + " s");
        waiting.sleep(wait);
    }

    /** Exceptions of the JDK's client often have no message. */
    private static String reason(IOException e) {
        String message = e.getMessage();
        return switch (e) {
            case Busy busy ->
                Shown.text(String.valueOf(busy.getMessage()).lines().findFirst().orElse(""));
            case java.net.http.HttpConnectTimeoutException timeout -> "the server did not answer in time";
            case java.net.http.HttpTimeoutException timeout -> "the server did not answer in time";
            case java.net.ConnectException refused -> "no connection could be made";
            default ->
                message == null || message.isBlank()
                        ? "the connection broke"
                        : Shown.text(message.lines().findFirst().orElse(""));
        };
    }
}
