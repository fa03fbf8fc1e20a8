package dev.athanor.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chromium.HasCdp;
import tools.jackson.databind.JsonNode;

/** The conversation in a real browser. Left out, and said, where there is no Chromium. */
@EnabledIf(value = "dev.athanor.server.Browsers#present", disabledReason = Browsers.ABSENT)
class ChatPageTest extends BrowserTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    private static Path directory;

    @SuppressWarnings("NullAway.Init")
    private static Room room;

    @BeforeAll
    static void open() {
        room = new Room(Teller.train(directory));
    }

    @AfterAll
    static void close() {
        room.close();
    }

    @BeforeEach
    void load() {
        visit(room);
        run("sessionStorage.clear()");
        visit(room);
    }

    private static void visit(Room where) {
        browser.manage().window().setSize(new Dimension(1440, 1000));
        browser.get("about:blank");
        browser.get(where.address() + "#tab=chat");
        until("the journey", () -> !all(".stage.assembly").isEmpty());
        until("the conversation", () -> !text("chat-view h2").isEmpty());
    }

    private static long words() {
        return (long) run("return document.querySelectorAll('.said-word').length");
    }

    /** Answers are the likeliest words: drawn by chance, one answer in many ends after a few. */
    private static void cold() {
        run("const slider = document.getElementById('chat-temperature'); slider.value = '0';"
                + "slider.dispatchEvent(new Event('input', {bubbles: true}));");
    }

    /** Says something, waits for some words and stops the answer. */
    private static void say(String message) {
        cold();
        WebElement line = browser.findElement(By.id("chat-line"));
        line.sendKeys(message);
        line.sendKeys(Keys.ENTER);
        until("an answer", () -> words() > 8);
        stop();
    }

    private static void stop() {
        run("document.querySelector('.stop')?.click()"); // unless the answer has ended already
        until("the end", () -> !all(".send").isEmpty());
    }

    @Test
    void anAnswerStreamsUntilItIsStopped() throws InterruptedException {
        cold();
        WebElement line = browser.findElement(By.id("chat-line"));
        line.sendKeys("Who is the king?");
        browser.findElement(By.cssSelector(".send")).click();
        until("the first words", () -> words() > 2);
        long early = words();
        assertFalse(all(".stop").isEmpty(), "words come before the answer is complete");
        until("more words", () -> words() > early);
        stop();
        long late = words();
        Thread.sleep(400);
        assertEquals(late, words(), "words after the stop");
        assertTrue(late < Teller.CONTEXT / 2, "words: " + late);
        assertEquals("You stopped it here.", text(".ends"));
        assertEquals("", String.valueOf(line.getDomProperty("value")), "the line is empty again");
        until(
                "nothing is written any more",
                () -> new String(room.fetch("/metrics").body(), StandardCharsets.UTF_8)
                        .lines()
                        .anyMatch(l -> l.equals("athanor_requests_processing 0")));
        assertTrue(text(".used").endsWith("of 4,096 tokens"), text(".used"));
    }

    @Test
    void aWordOpensItsExplanationWithTheServersNumber() {
        say("Who is the king?");
        all(".said-word").get(4).click();
        until("the explanation", () -> !text(".why .gave").isEmpty());
        WebElement figure = browser.findElement(By.cssSelector(".why .gave [data-figure]"));
        String run = String.valueOf(figure.getDomAttribute("data-run"));
        double shown = Double.parseDouble(String.valueOf(figure.getDomAttribute("data-value")));
        double asked = room.get("/api/runs/" + run + "/figure?name="
                        + URLEncoder.encode(String.valueOf(figure.getDomAttribute("data-name")), StandardCharsets.UTF_8)
                        + "&index=" + figure.getDomAttribute("data-index"))
                .get("value")
                .doubleValue();
        assertEquals(asked, shown);
        JsonNode answer = Json.parse(String.valueOf(run("return sessionStorage.getItem('chat')")))
                .get("messages")
                .get(1);
        JsonNode word = answer.get("words").get(4);
        String name = word.get("shown").stringValue();
        double said = word.get("p").doubleValue();
        assertEquals(said, shown, 1e-5 + 1e-4 * said);
        int before = answer.get("prompt").size() + 4;
        assertEquals(before, all("word-chips button").size(), "the text is what stood before the word");
        assertEquals(name, text(".next-words tr.explained th"), "the laboratory explains the very word, too");
        until("the tale", () -> !all(".why tale-view [data-figure]").isEmpty());
        String address = String.valueOf(run("return location.href"));
        browser.get("about:blank");
        browser.get(address);
        until(
                "the same decision from its address",
                () -> name.equals(text(".next-words tr.explained th"))
                        && all("word-chips button").size() == before);
    }

    @Test
    void theKeyboardAloneIsEnough() {
        say("Who is the king?");
        WebElement first = browser.findElement(By.cssSelector(".said-word[tabindex='0']"));
        run("arguments[0].focus()", first);
        first.sendKeys(Keys.ARROW_RIGHT);
        browser.switchTo().activeElement().sendKeys(Keys.ARROW_RIGHT);
        browser.switchTo().activeElement().sendKeys(Keys.ARROW_LEFT);
        browser.switchTo().activeElement().sendKeys(Keys.ENTER);
        until("the explanation", () -> !text(".why .gave").isEmpty());
        assertEquals(
                1L,
                run("return [...document.querySelectorAll('.said-word')].findIndex(w => w.ariaPressed === 'true')"));
        browser.switchTo().activeElement().sendKeys(Keys.END);
        assertEquals(
                words() - 1,
                run("return [...document.querySelectorAll('.said-word')].indexOf(document.activeElement)"));
        browser.switchTo().activeElement().sendKeys(Keys.TAB);
        assertEquals("chat-line", browser.switchTo().activeElement().getDomProperty("id"));
    }

    @Test
    void anotherAnswerTakesThePlaceOfTheLastAndANewConversationIsEmpty() {
        say("Who is the king?");
        browser.findElement(By.cssSelector(".retry")).click();
        until("another answer", () -> words() > 3 && !all(".stop").isEmpty());
        stop();
        assertEquals(2, all(".log > li").size());
        browser.findElement(By.cssSelector(".clear")).click();
        until("nothing said", () -> words() == 0 && text(".log").contains("Nothing has been said"));
    }

    @Test
    void theConversationSurvivesAReload() {
        say("Who is the king?");
        String said = text(".log");
        visit(room);
        assertEquals(said, text(".log"));
        say("And the queen?");
        assertEquals(4, all(".log > li").size());
    }

    @Test
    void whatDoesNotFitIsSaidAndComesBackIntoTheLine() {
        run("const l = document.getElementById('chat-line'); l.value = 'the king '.repeat(3000);"
                + "l.dispatchEvent(new Event('input'))");
        until("the button", () -> browser.findElement(By.cssSelector(".send")).isEnabled());
        browser.findElement(By.cssSelector(".send")).click();
        until("a sentence", () -> text(".talk .problem").contains("expected at most 4095 tokens"));
        until("the line", () -> (long) run("return document.getElementById('chat-line').value.length") == 27_000L);
        assertEquals(0, all(".log > li.user").size(), "nothing was said");
    }

    @Test
    void whatPeopleAndModelsSayNeverBecomesMarkup() {
        String markup = "<img src=x onerror=alert(1)>";
        say(markup);
        assertTrue(text(".log .user").contains(markup), text(".log .user"));
        run(
                "const c = JSON.parse(sessionStorage.getItem('chat'));"
                        + "c.messages[1].words[0] = {id: 5, text: arguments[0], shown: arguments[0], p: 0.5, end: false};"
                        + "sessionStorage.setItem('chat', JSON.stringify(c))",
                markup);
        visit(room);
        assertEquals(markup, all(".said-word").getFirst().getText());
        assertEquals(List.of(), all("img[src=x]"));
    }

    @Test
    void aPhoneScrollsOnlyDown() {
        say("Who is the king of the castle on the hill beside the wide and slow river?");
        all(".said-word").get(2).click();
        until("the tale", () -> !all(".why tale-view [data-figure]").isEmpty());
        ((HasCdp) browser)
                .executeCdpCommand(
                        "Emulation.setDeviceMetricsOverride",
                        Map.of("width", 360, "height", 800, "deviceScaleFactor", 1, "mobile", true));
        Object over = run("return document.documentElement.scrollWidth - document.documentElement.clientWidth");
        Object out = run("return [...document.querySelectorAll('chat-view *')].filter(e => e.getClientRects().length"
                + " && !e.classList.contains('visually-hidden') && e.getBoundingClientRect().right > 360.5).length");
        ((HasCdp) browser).executeCdpCommand("Emulation.clearDeviceMetricsOverride", Map.of());
        assertEquals(0L, over);
        assertEquals(0L, out, "parts beyond the edge");
    }

    @Test
    void aCheckpointWithoutATokenizerSaysThatItCannotChat() {
        try (Room numbers = new Room("gpt2")) {
            visit(numbers);
            assertTrue(text("chat-view .problem").contains("tokenizer"), text("chat-view"));
            assertTrue(all("#chat-line").isEmpty());
        }
    }
}
