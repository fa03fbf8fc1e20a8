package dev.athanor.chat.template;

import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Python's {@code strftime} with English names. */
final class Strftime {
    private Strftime() {}

    static TemplateText format(TemplateText format, LocalDateTime now, Meter meter) {
        TextBuilder out = new TextBuilder(meter);
        String chars = format.toString();
        int done = 0;
        for (int at = chars.indexOf('%'); at >= 0; at = chars.indexOf('%', done)) {
            boolean bare = chars.startsWith("-", at + 1);
            int letter = at + (bare ? 2 : 1);
            if (letter >= chars.length()) {
                throw meter.fail("A date's format must have a letter behind each '%', but one has none");
            }
            meter.step();
            out.append(format, done, at);
            String part = part(chars.charAt(letter), now, meter);
            int zeros = 0;
            while (bare && zeros < part.length() - 1 && part.charAt(zeros) == '0') {
                zeros++;
            }
            out.append(part.substring(zeros), TemplateText.TEMPLATE);
            done = letter + 1;
        }
        return out.append(format, done, chars.length()).toText();
    }

    private static String part(char letter, LocalDateTime now, Meter meter) {
        String pattern = switch (letter) {
            case 'd' -> "dd";
            case 'm' -> "MM";
            case 'Y' -> "uuuu";
            case 'y' -> "uu";
            case 'b', 'h' -> "MMM";
            case 'B' -> "MMMM";
            case 'a' -> "EEE";
            case 'A' -> "EEEE";
            case 'H' -> "HH";
            case 'I' -> "hh";
            case 'M' -> "mm";
            case 'S' -> "ss";
            case 'f' -> "SSSSSS";
            case 'j' -> "DDD";
            case 'p' -> "a";
            case 'e' -> "ppd";
            case 'F' -> "uuuu-MM-dd";
            case 'T' -> "HH:mm:ss";
            case 'R' -> "HH:mm";
            case 'D' -> "MM/dd/uu";
            case '%' -> "%";
            default ->
                throw meter.fail(
                        "A date's format must be made of what Python's strftime knows, but it has '%" + letter + "'");
        };
        return DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH).format(now);
    }
}
