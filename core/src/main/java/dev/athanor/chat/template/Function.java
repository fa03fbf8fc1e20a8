package dev.athanor.chat.template;

/** Something that can be called: a macro, a method of a value, or one of the functions every template has. */
record Function(String name, Body body) implements Value {
    @FunctionalInterface
    interface Body {
        Value call(Args args);
    }
}
