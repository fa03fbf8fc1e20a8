package dev.athanor.generate;

/** Why a text ended. */
public enum FinishReason {
    /** The model wrote a token that ends a text, or another control token. */
    EOS("eos"),
    /** One of the stop texts came. */
    STOP("stop"),
    /** As many tokens as asked for. */
    LENGTH("length"),
    /** The context is full and shifting was not asked for. */
    CONTEXT("context"),
    /** The listener wanted no more. */
    CANCELLED("cancelled");

    private final String code;

    FinishReason(String code) {
        this.code = code;
    }

    /** The word programs read: {@code eos}, {@code stop}, {@code length}, {@code context} or {@code cancelled}. */
    public String code() {
        return code;
    }
}
