package dev.kvstore.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.File;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebDriver;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;
import org.openqa.selenium.support.ui.WebDriverWait;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** Uses the page as a person does, in Chromium; skipped where it and its driver are not on PATH. */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
class BrowserTest {

    @TempDir static Path dataPath;

    // It warns of every Chromium newer than itself, which is no matter to what is done here.
    private static final Logger selenium = Logger.getLogger("org.openqa.selenium");

    private static WebDriver browser;

    @Autowired LinkRepository links;
    @LocalServerPort int port;

    @DynamicPropertySource
    static void properties(DynamicPropertyRegistry registry) {
        registry.add("kv.data-path", dataPath::toString);
    }

    @BeforeAll
    static void startBrowser() {
        Optional<File> chromium = onPath("chromium", "chromium-browser", "google-chrome");
        Optional<File> driver = onPath("chromedriver");
        if (chromium.isEmpty() || driver.isEmpty()) {
            String reason = "SKIPPED: the page was not tested, as PATH has no chromium and driver";
            LoggerFactory.getLogger(BrowserTest.class).warn(reason);
            abort(reason);
        }
        selenium.setLevel(Level.SEVERE);
        LoggingPreferences everything = new LoggingPreferences();
        everything.enable(LogType.BROWSER, Level.ALL);
        ChromeOptions options = new ChromeOptions();
        options.setCapability(ChromeOptions.LOGGING_PREFS, everything);
        options.setBinary(chromium.get());
        options.addArguments(
                "--headless=new",
                "--no-sandbox", // which root may not use
                "--disable-gpu",
                "--disable-quic",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--no-first-run",
                "--no-proxy-server");
        browser =
                new ChromeDriver(
                        new ChromeDriverService.Builder()
                                .usingDriverExecutable(driver.get())
                                .build(),
                        options);
    }

    @AfterAll
    static void stopBrowser() {
        if (browser != null) {
            browser.quit();
        }
    }

    @BeforeEach
    void openPage() {
        browser.get("http://localhost:" + port + "/");
        await("the figures", () -> !text("keys").equals("–"));
    }

    @AfterEach
    void nothingWasComplainedAbout() {
        assertThat(browser.manage().logs().get(LogType.BROWSER))
                .filteredOn(entry -> entry.getLevel().intValue() >= Level.WARNING.intValue())
                .extracting(LogEntry::getMessage)
                // What is asked for and not there is an answer, not a fault of the page.
                .allMatch(message -> message.contains("status of 404"));
    }

    @Test
    void searchesAndFollowsALink() {
        links.save("Str-here", "http://localhost:" + port + "/page/icon.svg");

        browser.findElement(By.id("query")).sendKeys("str-h");
        await("the result", () -> text("search-status").contains("“str-h”"));
        assertThat(results()).isEqualTo("Str-here");
        assertThat(visits()).isEqualTo("0 visits");

        String page = browser.getWindowHandle();
        browser.findElement(By.linkText("Str-here")).sendKeys(Keys.ENTER);
        await("the visit", () -> links.find("Str-here").orElseThrow().visits() == 1);
        browser.switchTo().window(page);
        await("the new count", () -> visits().equals("1 visit"));
    }

    @Test
    void suggestsWhatMayHaveBeenMeant() {
        WebElement query = browser.findElement(By.id("query"));
        query.sendKeys("HashMpa");
        await("suggestions", () -> text("search-status").contains("“HashMpa”. Did you mean"));

        browser.findElement(By.xpath("//ul[@id='suggestions']//button[.='HashMap']")).click();

        await("the results", () -> results().startsWith("HashMap"));
        assertThat(browser.switchTo().activeElement()).isEqualTo(query);
    }

    @Test
    void showsMore() {
        browser.findElement(By.id("query")).sendKeys("Abstract");
        await("the first results", () -> text("search-status").contains("“Abstract”"));
        assertThat(resultCount()).isEqualTo(10);

        browser.findElement(By.id("more")).click();

        await("more results", () -> resultCount() == 20);
        assertThat(browser.switchTo().activeElement().getTagName()).isEqualTo("a");
    }

    @Test
    void figuresFollowWhatHappens() {
        String keys = text("keys");
        String line = browser.findElement(By.id("rate-line")).getDomAttribute("d");

        links.save("new-" + keys, "https://example.org/");
        for (int i = 0; i < 300; i++) {
            links.visit("new-" + keys);
        }

        await("another number of keys", () -> !text("keys").equals(keys));
        await(
                "a chart that moves",
                () -> !line.equals(browser.findElement(By.id("rate-line")).getDomAttribute("d")));
        await("a peak", () -> !text("peak").equals("peak 0"));
        assertThat(text("state")).isEqualTo("open");
    }

    @Test
    void compactsAtThePressOfAKey() {
        for (int i = 0; i < 1_000; i++) {
            links.visit("String");
        }
        assertThat(tabTo("compact")).isTrue();

        browser.switchTo().activeElement().sendKeys(Keys.SPACE);

        await("the result", () -> text("compact-result").startsWith("Done. Files: "));
        assertThat(text("last-compaction")).contains("reclaimed in");
        assertThat(browser.switchTo().activeElement().getDomAttribute("id")).isEqualTo("compact");
    }

    private static boolean tabTo(String id) {
        for (int i = 0; i < 20; i++) {
            WebElement focused = browser.switchTo().activeElement();
            if (id.equals(focused.getDomAttribute("id"))) {
                return true;
            }
            focused.sendKeys(Keys.TAB);
        }
        return false;
    }

    private static String text(String id) {
        return browser.findElement(By.id(id)).getText();
    }

    private static String results() {
        return String.join(
                " ",
                browser.findElements(By.cssSelector("#results a")).stream()
                        .map(WebElement::getText)
                        .toList());
    }

    private static String visits() {
        return browser.findElement(By.cssSelector(".visits")).getText();
    }

    private static int resultCount() {
        return browser.findElements(By.cssSelector("#results li")).size();
    }

    private static void await(String what, Supplier<Boolean> isThere) {
        new WebDriverWait(browser, Duration.ofSeconds(30))
                .ignoring(StaleElementReferenceException.class) // the page is alive
                .withMessage(what)
                .until(browser -> isThere.get());
    }

    private static Optional<File> onPath(String... names) {
        return Stream.of(names)
                .flatMap(
                        name ->
                                Stream.of(System.getenv("PATH").split(File.pathSeparator))
                                        .map(folder -> new File(folder, name)))
                .filter(File::canExecute)
                .findFirst();
    }
}
