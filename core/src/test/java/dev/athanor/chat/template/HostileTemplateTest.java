package dev.athanor.chat.template;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A template can neither run on, nor fill the memory, nor end in anything but text or a TemplateException. */
class HostileTemplateTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    /** What mutations put into templates, half of a surrogate pair among it. */
    private static final String LETTERS = "{}%#()[]'\"|.,:~-+*\\\n\ud83dé0a";

    private static Rendered render(String source, Map<String, Object> data) {
        return ChatTemplate.parse(source).render(data, TemplateLimits.DEFAULT, Goldens.NOW);
    }

    private static void assertRefusedSoon(String source, Map<String, Object> data) {
        String shown = source.substring(0, Math.min(100, source.length()));
        // Once without the clock, so that it is not the compiler's time that is measured.
        assertThrows(TemplateException.class, () -> render(source, data), shown);
        long start = System.nanoTime();
        assertThrows(TemplateException.class, () -> render(source, data), shown);
        Duration took = Duration.ofNanos(System.nanoTime() - start);
        assertTrue(took.compareTo(SECOND) < 0, shown + " took " + took);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{% for a in range(1000) %}{% for b in range(1000) %}{% for c in range(1000) %}{% endfor %}{% endfor %}{% endfor %}",
                "{% for a in range(100000000000) %}{% endfor %}",
                "{{ range(2000000000)|list }}",
                "{{ range(-2000000000, 2000000000)|length }}",
                "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
                "{% macro f() %}{{ f() ~ f() }}{% endmacro %}{{ f() }}",
                "{% macro f(g) %}{{ g(g) }}{% endmacro %}{{ f(f) }}",
                "{% set ns = namespace(l=[1]) %}{% for i in range(1000) %}{% set ns.l = ns.l + ns.l %}{% endfor %}",
                "{% set ns = namespace(s='ab') %}{% for i in range(1000) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}",
                "{{ 'ab' * 2000000000 }}",
                "{{ 'ab' * 9000000000000000000 }}",
                "{{ [1] * 2000000000 }}",
                "{{ ('ab' * 4000000)|replace('a', 'x' * 1000000) }}",
                "{{ ('a' * 8000000)|replace('', 'b') }}",
                "{% set s = 'a' * 4000000 %}{{ s in (s ~ 'b' ~ s) }}{% for i in range(100000) %}{{ (s[1:] ~ 'b') in s }}{% endfor %}",
                "{% set s = 'a' * 4000000 %}{% for i in range(100000) %}{% if (s[:15] ~ 'b') in s %}{% endif %}{% endfor %}",
                "{% set s = 'a' * 8000000 %}{% set ns = namespace(l=[]) %}{% for i in range(100000) %}{% set ns.l = ns.l + [s ~ i] %}{% endfor %}",
                "{% set s = 'x' * 8000000 %}{% for i in range(3) %}{{ s }}{% endfor %}",
                "{% set l = [] %}{% for i in range(3) %}{{ l.append(l) }}{% endfor %}{{ l }}",
                "{% set l = [] %}{{ l.append(l) }}{{ l|tojson }}",
                "{% set l = [] %}{% set k = [] %}{{ l.append(l) }}{{ k.append(k) }}{{ l == k }}",
                "{% set ns = namespace(l=[]) %}{% for i in range(100000) %}{% set ns.l = [ns.l, ns.l] %}{% endfor %}{{ ns.l }}",
                "{% set ns = namespace(l=[]) %}{% for i in range(60) %}{% set ns.l = [ns.l, ns.l] %}{% endfor %}{{ ns.l }}",
                "{% set ns = namespace(l=[]) %}{% for i in range(60) %}{% set ns.l = [ns.l, ns.l] %}{% endfor %}{{ ns.l == ns.l }}",
                "{% set ns = namespace(l=()) %}{% for i in range(60) %}{% set ns.l = (ns.l, ns.l) %}{% endfor %}{{ {ns.l: 1} }}",
                "{{ [1]|slice(2000000000)|list }}",
                "{{ [1]|batch(2000000000, 0)|list }}",
                "{{ 'x'|indent(2000000000) }}",
                "{{ [[1]]|tojson(indent=2000000000) }}",
                "{{ (['a'] * 100000)|join('x' * 1000000) }}",
                "{{ 10 ** 10000000 }}",
                "{{ 9223372036854775807 + 1 }}",
                "{{ -9223372036854775807 - 2 }}",
                "{{ (-9223372036854775807 - 1) // -1 }}",
                "{{ 1e300 ** 2|int }}{{ (1e300 * 1e300)|int + 1e30|int }}",
                "{{ [1]|map('map', 'map', 'map', 'map')|list }}",
                "{{ strftime_now('%Q') }}",
                "{{ strftime_now('%') }}",
                "{{ ''.join(['a' * 8000000, 'b' * 8000000]) }}",
                "{{ ('a,' * 4000000).split(',')|sort|list|unique|list }}{{ range(999999) }}",
                "{% for i in range(1000) %}{{ range(900)|sort(reverse=true)|length }}{% endfor %}",
                "{% generation %}{% for i in range(1000000000) %}x{% endfor %}{% endgeneration %}",
            })
    void whatCostsTooMuchIsRefusedWithinASecond(String source) {
        assertRefusedSoon(source, Map.of());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "(",
                "[",
                "{'a':",
                "-",
                "not ",
                "f(",
                "x[",
                "x is y(",
                "x|f(",
                "1 if ",
                "1 if 1 else ",
                "- -",
                "+"
            })
    void expressionsThatNestDeepAreRefused(String opening) {
        assertRefusedSoon("{{ " + opening.repeat(100_000) + " 1 }}", Map.of());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{% if 1 %}",
                "{% for x in y %}",
                "{% set x %}",
                "{% macro f() %}",
                "{% filter upper %}",
                "{% call f() %}",
                "{% generation %}",
                "{% with %}",
                "{% raw %}",
                "{# ",
                "{{ ",
                "{% for (",
                "{% set ((",
            })
    void statementsThatNestDeepAreRefused(String opening) {
        assertRefusedSoon(opening.repeat(100_000), Map.of());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {" + 1", ".a", "[0]", "|string", " ~ 1", " and 1", " == 1", "()", " is odd", " * 1", "|first"})
    void longChainsAreRenderedOrRefusedButNeverOverflowTheStack(String link) {
        String source = "{{ 1" + link.repeat(100_000) + " }}";
        try {
            render(source, Map.of());
        } catch (TemplateException e) {
            assertTrue(String.valueOf(e.getMessage()).contains("line 1"), String.valueOf(e.getMessage()));
        }
    }

    @Test
    void theDeepestNestingAllowedFitsASmallStack() throws InterruptedException {
        String macros = "{% macro f(n) %}{% if n > 0 %}{% for i in [1] %}"
                + "{{ [[[[[f(n - 1)]]]]]|string|trim|upper }}{% endfor %}{% endif %}{% endmacro %}{{ f(200) }}";
        List<String> found = new ArrayList<>();
        Thread small = new Thread(
                null,
                () -> {
                    try {
                        ChatTemplate.parse(macros)
                                .render(Map.of(), new TemplateLimits(1_000_000, 200, 1 << 20), Goldens.NOW);
                        found.add("rendered");
                    } catch (TemplateException e) {
                        found.add("refused");
                    } catch (StackOverflowError e) {
                        found.add("overflowed");
                    }
                },
                "small",
                1 << 20);
        small.start();
        small.join();
        assertEquals(List.of("refused"), found);
    }

    @Test
    void givenValuesThatNestDeepAreRefused() {
        Object value = "x";
        for (int i = 0; i < 100_000; i++) {
            value = List.of(value);
        }
        assertRefusedSoon("{{ v }}", Map.of("v", value));
    }

    @Test
    void givenValuesOfOtherTypesAreRefusedByName() {
        TemplateException refused =
                assertThrows(TemplateException.class, () -> render("", Map.of("v", List.of(Duration.ZERO))));
        assertTrue(String.valueOf(refused.getMessage()).contains("java.time.Duration"), refused.getMessage());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{{ 1|frobnicate }}",
                "{{ 1 is frobnicate }}",
                "{{ frobnicate(1) }}",
                "{{ 'a'.frobnicate() }}",
                "{{ {}.frobnicate() }}",
                "{% frobnicate %}",
                "{{ frobnicate.x }}",
                "{{ [1]|map('frobnicate') }}",
                "{{ [1]|select('frobnicate') }}",
            })
    void whatIsNotKnownIsNamed(String source) {
        TemplateException refused = assertThrows(TemplateException.class, () -> render("\n" + source, Map.of()));
        String message = String.valueOf(refused.getMessage());
        assertTrue(message.contains("'frobnicate'") || message.contains("'.x'"), message);
        assertTrue(message.contains("frobnicate") && message.contains("line 2"), message);
        assertEquals(2, refused.line());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{{ ''.__class__ }}",
                "{{ [].getClass }}",
                "{{ m.class }}",
                "{{ ''['__class__'] }}",
                "{{ range.__globals__ }}",
                "{{ namespace().hashCode }}"
            })
    void javaObjectsAreOutOfReach(String source) {
        assertEquals("", render(source, Map.of("m", Map.of())).text());
    }

    @Test
    void mutatedTemplatesEndInTextOrATemplateException() {
        long seed = 20250304;
        SplittableRandom random = new SplittableRandom(seed);
        Goldens goldens = Goldens.read();
        List<String> sources = new ArrayList<>(goldens.templates().values());
        goldens.expressions().forEach(golden -> sources.add(golden.get("source").stringValue()));
        List<String> conversations = goldens.conversations();
        TemplateLimits limits = new TemplateLimits(100_000, 100, 1 << 20);
        int rendered = 0;
        for (int i = 0; i < 2_000; i++) {
            String source = mutated(sources.get(random.nextInt(sources.size())), sources, random);
            Map<String, Object> data = i % 2 == 0
                    ? goldens.conversation(conversations.get(random.nextInt(conversations.size())))
                    : goldens.variables();
            try {
                ChatTemplate.parse(source).render(data, goldens.trusted(), limits, Goldens.NOW);
                rendered++;
            } catch (TemplateException _) {
                continue;
            } catch (RuntimeException | StackOverflowError e) {
                fail("seed " + seed + ", mutation " + i + ", template " + source, e);
            }
        }
        assertTrue(rendered > 200, "seed " + seed + ": only " + rendered + " mutations could be rendered");
    }

    private static String mutated(String source, List<String> sources, SplittableRandom random) {
        StringBuilder text = new StringBuilder(source);
        for (int edits = 1 + random.nextInt(4); edits > 0 && !text.isEmpty(); edits--) {
            int at = random.nextInt(text.length());
            int end = Math.min(text.length(), at + 1 + random.nextInt(6));
            String other = sources.get(random.nextInt(sources.size()));
            int from = random.nextInt(other.length());
            String piece = other.substring(from, Math.min(other.length(), from + 1 + random.nextInt(12)));
            switch (random.nextInt(5)) {
                case 0 -> text.delete(at, end);
                case 1 -> text.insert(at, text.substring(at, end));
                case 2 -> text.insert(at, piece);
                case 3 -> text.setCharAt(at, LETTERS.charAt(random.nextInt(LETTERS.length())));
                default -> text.replace(at, end, piece);
            }
        }
        return text.toString();
    }
}
