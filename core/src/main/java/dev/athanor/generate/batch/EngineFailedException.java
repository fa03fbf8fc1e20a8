package dev.athanor.generate.batch;

/** A text could not be written because the engine ran into an error of the machine, such as too little memory. */
public final class EngineFailedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    EngineFailedException(Error cause) {
        super(sentence(cause), cause);
    }

    private static String sentence(Error cause) {
        String what = cause.getClass().getSimpleName() + (cause.getMessage() == null ? "" : ": " + cause.getMessage());
        return cause instanceof OutOfMemoryError
                ? "the engine ran out of memory while this text was written (" + what
                        + "); ask for a shorter one or fewer at once, or give Java more memory with -Xmx"
                : "the engine failed while this text was written (" + what + "); the log says where";
    }
}
