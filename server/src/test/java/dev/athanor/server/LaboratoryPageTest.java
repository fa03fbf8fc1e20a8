package dev.athanor.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openqa.selenium.By;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chromium.HasCdp;
import org.openqa.selenium.interactions.Actions;

/** The page in a real browser: what a person sees and does. Left out, and said, where there is no Chromium. */
@EnabledIf(value = "dev.athanor.server.Browsers#present", disabledReason = Browsers.ABSENT)
class LaboratoryPageTest extends BrowserTest {
    private static final List<String> TABS =
            List.of("tale", "head", "lens", "effects", "experiments", "compare", "inside");

    @SuppressWarnings("NullAway.Init")
    private static Room room;

    @BeforeAll
    static void open() {
        room = new Room("llama-gqa");
    }

    @AfterAll
    static void close() {
        room.close();
    }

    @BeforeEach
    void load() {
        visit(room);
    }

    private static void visit(Room where) {
        browser.manage().window().setSize(new Dimension(1440, 1000));
        browser.get("about:blank");
        browser.get(where.address());
        until(
                "the journey",
                () -> !browser.findElements(By.cssSelector(".stage.assembly")).isEmpty());
        until("what must hold", () -> text("identity-panel").contains("hold"));
    }

    private static void click(String selector) {
        browser.findElement(By.cssSelector(selector)).click();
    }

    private static void tab(String name) {
        click("#tab-" + name);
        until(name, () -> !text("#panel h2").isEmpty() && !text("#panel").contains("computing"));
    }

    @SuppressWarnings("unchecked")
    private static Set<List<String>> shown() {
        Object rows =
                run("return [...document.querySelectorAll('[data-figure]')].map(f => [f.dataset.run, f.dataset.name, "
                        + "f.dataset.index, f.dataset.value, f.dataset.other])");
        return new LinkedHashSet<>((List<List<String>>) rows);
    }

    /** Follows every number that any view shows back to the server, by its name and index. */
    @ParameterizedTest
    @ValueSource(strings = {"llama-gqa", "gpt2"})
    void everyNumberShownIsGivenAgain(String name) {
        try (Room other = new Room(name)) {
            visit(other);
            Set<List<String>> all = new LinkedHashSet<>(shown());
            for (String tab : TABS) {
                tab(tab);
                if (tab.equals("experiments")) {
                    click("experiment-view .primary");
                    until("an outcome", () -> !text(".outcome").isEmpty());
                }
                if (tab.equals("compare")) {
                    second("#3 #10 #9 #24 #31 #5 #12");
                    click(".primary.patch");
                    until("the grid", () -> text("#panel").contains("of full passes"));
                }
                all.addAll(shown());
            }
            assertTrue(all.size() > 150, name + ": numbers " + all.size());
            List<String> wrong = new ArrayList<>();
            for (List<String> figure : all) {
                String value = ask(other, figure);
                if (Double.parseDouble(value) != Double.parseDouble(figure.get(3))) {
                    wrong.add(figure + " is " + value);
                }
            }
            System.out.println(name + ": " + all.size() + " numbers followed");
            assertEquals(List.of(), wrong);
        }
    }

    private static String ask(Room where, List<String> figure) {
        String other = figure.get(4).isEmpty() ? "" : "&other=" + figure.get(4);
        return where.get("/api/runs/" + figure.get(0) + "/figure?name="
                        + URLEncoder.encode(figure.get(1), StandardCharsets.UTF_8) + "&index=" + figure.get(2) + other)
                .get("value")
                .toString();
    }

    private static void second(String prompt) {
        WebElement line = browser.findElement(By.id("second"));
        line.clear();
        line.sendKeys(prompt);
        click("compare-view .primary");
        until(
                "the second text",
                () -> browser.findElements(By.cssSelector(".side")).size() == 2);
    }

    @Test
    void theSlidersActAtOnce() {
        String before = String.valueOf(run("return document.querySelector('.bar.drawn rect').getAttribute('width')"));
        run("const s = document.getElementById('temperature'); s.value = '0.2'; s.dispatchEvent(new Event('input'))");
        until(
                "another bar",
                () -> !before.equals(run("return document.querySelector('.bar.drawn rect').getAttribute('width')")));
        run("const s = document.getElementById('top-k'); s.value = '1'; s.dispatchEvent(new Event('input'))");
        until(
                "one word",
                () -> "100.00%".equals(run("return document.querySelector('.bar.drawn rect').getAttribute('width')")));
    }

    @Test
    void theNumberOfOriginIsAskedAgainAndAgrees() {
        click(".stage.assembly .total .figure");
        until("the origin", () -> !text(".origin .value").isEmpty());
        assertTrue(text(".origin").contains("vote.logit"), text(".origin"));
        click(".origin .again");
        until("the same", () -> text(".origin [role=status]").contains("the same, to the bit"));
        browser.switchTo().activeElement().sendKeys(Keys.ESCAPE);
        until("closed", () -> browser.findElements(By.cssSelector(".origin")).isEmpty());
    }

    @Test
    void restingOnANumberShowsItsFormulaAndLeavingHidesIt() {
        WebElement number = browser.findElement(By.cssSelector(".stage.assembly [data-figure]"));
        new Actions(browser).moveToElement(number).perform();
        until("the preview", () -> text("#hover").contains(String.valueOf(number.getDomAttribute("data-name"))));
        assertTrue(text("#hover .hover-value")
                .startsWith(String.valueOf(number.getDomAttribute("data-value")).substring(0, 4)));
        new Actions(browser)
                .moveToElement(browser.findElement(By.tagName("h1")))
                .perform();
        until("no preview", () -> text("#hover").isEmpty());
    }

    @Test
    void takingAWordGoesOnWithIt() {
        int words = browser.findElements(By.cssSelector("word-chips button")).size();
        click(".next .actions button:last-child");
        until(
                "one more word",
                () -> browser.findElements(By.cssSelector("word-chips button")).size() == words + 1);
    }

    @Test
    void theKeyboardAloneIsEnough() {
        WebElement word = browser.findElement(By.cssSelector("word-chips button[aria-pressed=true]"));
        run("arguments[0].focus()", word);
        word.sendKeys(Keys.ARROW_LEFT);
        browser.switchTo().activeElement().sendKeys(Keys.ENTER);
        until(
                "another word decides",
                () -> "5"
                        .equals(
                                String.valueOf(
                                        run(
                                                "return [...document.querySelectorAll('word-chips button')].findIndex(b => b.ariaPressed === 'true')"))));
        WebElement tab = browser.findElement(By.id("tab-tale"));
        run("arguments[0].focus()", tab);
        tab.sendKeys(Keys.ARROW_RIGHT);
        until(
                "the head",
                () -> !browser.findElements(By.cssSelector("heat-map .grid")).isEmpty());
        WebElement grid = browser.findElement(By.cssSelector("heat-map .grid"));
        grid.sendKeys(Keys.HOME);
        grid.sendKeys(Keys.ARROW_UP);
        grid.sendKeys(Keys.ARROW_RIGHT);
        String spoken = String.valueOf(run("return document.getElementById('heat-cell').textContent"));
        assertTrue(spoken.contains("looks at") && spoken.contains("%"), spoken);
        grid.sendKeys(Keys.END);
        assertNotEquals(spoken, run("return document.getElementById('heat-cell').textContent"));
    }

    @Test
    void theSameNumbersAreToldInThreeRegisters() {
        Set<List<String>> story = tale();
        click(".registers button:nth-child(2)");
        until("mathematics", () -> text("tale-view h2").equals("The derivation"));
        until("the derivation", () -> !text("tale-view").contains("Alchemist"));
        assertEquals(story, tale());
        click(".registers button:nth-child(3)");
        until(
                "code",
                () -> text("tale-view h2").equals("The hooks")
                        && text("tale-view").contains("vote.head"));
        assertEquals(story, tale());
    }

    @SuppressWarnings("unchecked")
    private static Set<List<String>> tale() {
        until(
                "the tale",
                () -> !browser.findElements(By.cssSelector("tale-view [data-figure]"))
                        .isEmpty());
        return new LinkedHashSet<>(
                (List<List<String>>)
                        run(
                                "return [...document.querySelectorAll('tale-view [data-figure]')].map(f => [f.dataset.name, f.dataset.index])"));
    }

    @Test
    void aPhoneScrollsOnlyDown() {
        for (String tab : TABS) {
            tab(tab);
            ((HasCdp) browser)
                    .executeCdpCommand(
                            "Emulation.setDeviceMetricsOverride",
                            Map.of("width", 360, "height", 800, "deviceScaleFactor", 1, "mobile", true));
            Object over = run("return document.documentElement.scrollWidth - document.documentElement.clientWidth");
            ((HasCdp) browser).executeCdpCommand("Emulation.clearDeviceMetricsOverride", Map.of());
            assertEquals(0L, over, tab + " at 360 pixels");
        }
    }

    @Test
    void whatAPersonTypesNeverBecomesMarkup() {
        WebElement line = browser.findElement(By.id("prompt"));
        line.clear();
        line.sendKeys("<img src=x onerror=alert(1)>");
        click(".prompt .primary");
        until("a sentence", () -> text(".problem").contains("expected token ids"));
        assertTrue(browser.findElements(By.cssSelector("img[src=x]")).isEmpty());
        assertFalse(text(".stage.assembly").isEmpty(), "nothing is lost");
    }
}
