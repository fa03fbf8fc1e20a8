package dev.athanor.chat.template;

/** What {@code none} is among a template's values, and what JSON's {@code null} has to be given as. */
public enum TemplateNone implements Value {
    NONE
}
