package dev.athanor.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.openqa.selenium.By;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;

/** A real browser, and how a test waits for and looks at the page in it. */
abstract class BrowserTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @SuppressWarnings("NullAway.Init") // set before all tests
    static ChromeDriver browser;

    @BeforeAll
    static void openBrowser() {
        browser = Browsers.open();
    }

    @AfterAll
    static void closeBrowser() {
        browser.quit();
    }

    @AfterEach
    void nothingWentWrong() {
        List<String> errors = browser.manage().logs().get("browser").getAll().stream()
                .map(entry -> entry.getMessage())
                // A request that was refused with a sentence is no failure of the page.
                .filter(message -> !message.contains("responded with a status of 40"))
                .toList();
        assertEquals(List.of(), errors, "the browser's console");
    }

    static void until(String what, BooleanSupplier holds) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < end) {
            try {
                if (holds.getAsBoolean()) {
                    return;
                }
                Thread.sleep(40);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError(e);
            } catch (StaleElementReferenceException e) {
                // drawn anew meanwhile
            }
        }
        throw new AssertionError("waited " + PATIENCE.toSeconds() + " s for " + what + "; the page shows: "
                + browser.findElement(By.tagName("main")).getText());
    }

    static List<WebElement> all(String selector) {
        return browser.findElements(By.cssSelector(selector));
    }

    static String text(String selector) {
        List<WebElement> found = all(selector);
        return found.isEmpty() ? "" : found.getFirst().getText();
    }

    static Object run(String script, Object... arguments) {
        return Objects.requireNonNullElse(browser.executeScript(script, arguments), "");
    }
}
