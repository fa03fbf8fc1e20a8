package dev.athanor.tokenizer;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * A small part of a tokenizer.json in memory: maps, lists, strings, numbers and truth values as the JDK has them, with
 * {@link #NULL} for null. Its size is bounded, unlike that of the vocabulary, which is read as it comes.
 */
final class JsonTree {
    /** What null is read as. */
    static final Object NULL = new Object() {
        @Override
        public String toString() {
            return "null";
        }
    };

    /** Values in one part; the longest lists of added tokens in use have ten thousand of them, of eight values each. */
    private static final int MOST = 1 << 19;

    private final JsonParser parser;
    private int values;

    private JsonTree(JsonParser parser) {
        this.parser = parser;
    }

    /** The value whose first token is the parser's current one. */
    static Object read(JsonParser parser) {
        return new JsonTree(parser).value();
    }

    private Object value() {
        if (++values > MOST) {
            throw new TokenizerFormatException(
                    "expected at most " + MOST + " values beside the vocabulary, found more");
        }
        JsonToken token = parser.currentToken();
        return switch (token) {
            case START_OBJECT -> object();
            case START_ARRAY -> array();
            case VALUE_STRING -> parser.getString();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NULL -> NULL;
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> number();
            default -> throw new TokenizerFormatException("expected a value, found " + token);
        };
    }

    /** An Integer where it is one, else its text, which no field takes for a number. */
    private Object number() {
        String text = parser.getString();
        return isInteger(text) ? (Object) Integer.valueOf(text) : new StringBuilder(text);
    }

    private static boolean isInteger(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return text.length() <= 9;
    }

    private Map<String, Object> object() {
        Map<String, Object> fields = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            parser.nextToken();
            fields.put(name, value());
        }
        return fields;
    }

    private List<Object> array() {
        List<Object> list = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            list.add(value());
        }
        return list;
    }
}
