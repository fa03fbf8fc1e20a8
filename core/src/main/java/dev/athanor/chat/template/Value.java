package dev.athanor.chat.template;

/** Everything an expression can be. */
sealed interface Value
        permits TemplateText,
                TemplateNone,
                Value.Int,
                Value.Real,
                Value.Bool,
                Value.Undefined,
                ListValue,
                MapValue,
                NamespaceValue,
                LoopValue,
                Function {
    /** @param data whether the number was given with the conversation, so that its digits are data too */
    record Int(long value, boolean data) implements Value {
        static Int of(long value) {
            return new Int(value, false);
        }
    }

    record Real(double value, boolean data) implements Value {
        static Real of(double value) {
            return new Real(value, false);
        }
    }

    enum Bool implements Value {
        FALSE,
        TRUE;

        static Bool of(boolean value) {
            return value ? TRUE : FALSE;
        }
    }

    /** @param what what is missing, as errors name it: {@code 'tools' is not defined} */
    record Undefined(String what) implements Value {
        static Undefined name(String name) {
            return new Undefined("'" + name + "' is not defined");
        }
    }

    /** An argument that was not given, or an else that was not written. */
    Undefined MISSING = new Undefined("the value is not defined");

    /** What errors call a value of this kind. */
    static String kind(Value value) {
        return switch (value) {
            case TemplateText _ -> "a string";
            case TemplateNone _ -> "none";
            case Int _ -> "an integer";
            case Real _ -> "a float";
            case Bool _ -> "a boolean";
            case Undefined undefined -> "nothing, because " + undefined.what();
            case ListValue list -> list.tuple() ? "a tuple" : "a list";
            case MapValue _ -> "a mapping";
            case NamespaceValue _ -> "a namespace";
            case LoopValue _ -> "a loop";
            case Function _ -> "a function";
        };
    }

    /** Python's truth: empty things, zeros, none and what is undefined are false. */
    static boolean truth(Value value) {
        return switch (value) {
            case TemplateText text -> text.length() > 0;
            case TemplateNone _ -> false;
            case Int number -> number.value() != 0;
            case Real number -> number.value() != 0;
            case Bool bool -> bool == Bool.TRUE;
            case Undefined _ -> false;
            case ListValue list -> list.size() > 0;
            case MapValue map -> map.size() > 0;
            case NamespaceValue _, LoopValue _, Function _ -> true;
        };
    }
}
