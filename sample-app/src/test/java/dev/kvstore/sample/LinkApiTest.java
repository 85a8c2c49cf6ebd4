package dev.kvstore.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.webmvc.test.autoconfigure.AutoConfigureMockMvc;
import org.springframework.http.MediaType;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.test.web.servlet.assertj.MvcTestResult;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@SpringBootTest
@AutoConfigureMockMvc
class LinkApiTest {

    private static final JsonMapper JSON = JsonMapper.shared();

    @TempDir static Path dataPath;

    @Autowired MockMvcTester mvc;

    @DynamicPropertySource
    static void properties(DynamicPropertyRegistry registry) {
        registry.add("kv.data-path", dataPath::toString);
    }

    @Test
    void followingALinkRedirectsAndCounts() {
        put("follow-me", "https://example.org/a?b=c#d");

        for (int i = 0; i < 3; i++) {
            assertThat(mvc.get().uri("/follow-me"))
                    .hasStatus(302)
                    .hasHeader("Location", "https://example.org/a?b=c#d")
                    .hasHeader("Cache-Control", "no-store");
        }

        assertThat(mvc.get().uri("/links/follow-me"))
                .hasStatusOk()
                .bodyJson()
                .hasPathSatisfying("$.visits", visits -> visits.assertThat().isEqualTo(3))
                .hasPathSatisfying("$.lastVisit", last -> last.assertThat().isNotNull());
    }

    @Test
    void aNewLinkIsCreatedWithTimesAndNoVisits() {
        assertThat(put("new-link", "https://example.org/new"))
                .hasStatus(201)
                .bodyJson()
                .isLenientlyEqualTo(
                        """
                        {"name":"new-link","url":"https://example.org/new","visits":0,"lastVisit":null}
                        """)
                .hasPathSatisfying("$.created", created -> created.assertThat().isNotNull());
    }

    @Test
    void replacingAUrlKeepsVisitsAndTheTimeOfCreation() throws Exception {
        put("moving", "https://example.org/old");
        mvc.get().uri("/moving").exchange();
        String created = text(mvc.get().uri("/links/moving").exchange(), "created");

        assertThat(put("moving", "https://example.org/new"))
                .hasStatusOk()
                .bodyJson()
                .isLenientlyEqualTo(
                        """
                        {"url":"https://example.org/new","visits":1,"created":"%s"}
                        """
                                .formatted(created));
    }

    @Test
    void aDeletedLinkIsGoneWithItsVisits() {
        put("short-lived", "https://example.org/");
        mvc.get().uri("/short-lived").exchange();

        assertThat(mvc.delete().uri("/links/short-lived")).hasStatus(204);

        assertThat(mvc.get().uri("/short-lived")).hasStatus(404);
        assertThat(mvc.delete().uri("/links/short-lived")).hasStatus(404);
        assertThat(put("short-lived", "https://example.org/again"))
                .hasStatus(201)
                .bodyJson()
                .hasPathSatisfying("$.visits", visits -> visits.assertThat().isEqualTo(0));
    }

    @ParameterizedTest
    @CsvSource({
        "Strng, String",
        "string, String",
        "hashmap, HashMap",
        "CompletableFutur, CompletableFuture",
        "Entry, Map.Entry"
    })
    void anUnknownNameIsAnsweredWithNearOnes(String asked, String meant) {
        for (String uri : List.of("/" + asked, "/links/" + asked)) {
            assertThat(mvc.get().uri(uri))
                    .hasStatus(404)
                    .hasContentType(MediaType.APPLICATION_PROBLEM_JSON)
                    .bodyJson()
                    .extractingPath("$.suggestions")
                    .asArray()
                    .contains(meant)
                    .hasSizeLessThanOrEqualTo(5);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"url\":null}",
                "{\"url\":\"\"}",
                "{\"url\":\"ftp://example.org/\"}",
                "{\"url\":\"javascript:alert(1)\"}",
                "{\"url\":\"//example.org\"}",
                "{\"url\":\"https://\"}",
                "{\"url\":\"https:///path\"}",
                "{\"url\":\"https://example.org/a b\"}",
                "{\"url\":\"https://example.org/\\r\\nSet-Cookie: a=b\"}",
            })
    void aBadUrlIsRefused(String body) {
        assertInvalid(putBody("bad-url", body), "url");
        assertThat(mvc.get().uri("/links/bad-url")).hasStatus(404);
    }

    @Test
    void aUrlThatIsTooLongIsRefused() {
        assertInvalid(put("long", "https://example.org/" + "a".repeat(2048)), "url");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[", "[]", "\"text\"", "{\"url\":{}}"})
    void aBodyThatIsNoLinkIsRefused(String body) {
        assertInvalid(putBody("bad-body", body), "body");
    }

    @ParameterizedTest
    @ValueSource(strings = {"actuator", "Links", "page", "import", "error", ".a", "-a", "a b", "é"})
    void aBadNameIsRefused(String name) {
        MvcTestResult result =
                mvc.put()
                        .uri("/links/{name}", name)
                        .contentType(MediaType.APPLICATION_JSON)
                        .content("{\"url\":\"https://example.org/\"}")
                        .exchange();
        assertInvalid(result, "name");
    }

    @Test
    void aNameThatIsTooLongIsRefused() {
        assertInvalid(put("a".repeat(201), "https://example.org/"), "name");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "501", "many", "99999999999"})
    void aBadLimitIsRefused(String limit) {
        assertInvalid(mvc.get().uri("/links?limit=" + limit).exchange(), "limit");
    }

    @Test
    void pagesFollowOnEachOtherInOrderOfName() throws Exception {
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            expected.add("zz-page-%02d".formatted(i));
            put(
                    (i % 2 == 0 ? "zz-page-%02d" : "ZZ-Page-%02d").formatted(i),
                    "https://example.org/");
        }

        List<String> names = new ArrayList<>();
        String after = "";
        int pages = 0;
        do {
            MvcTestResult page =
                    mvc.get().uri("/links?prefix=Zz-pAGE&limit=5&after=" + after).exchange();
            assertThat(page).hasStatusOk();
            for (JsonNode link : json(page).get("links")) {
                names.add(link.get("name").asString().toLowerCase(Locale.ROOT));
            }
            after = text(page, "next");
            pages++;
        } while (after != null);

        assertThat(names).isEqualTo(expected);
        assertThat(pages).isEqualTo(3);
    }

    @Test
    void aListShowsVisits() {
        put("yy-listed", "https://example.org/");
        mvc.get().uri("/yy-listed").exchange();

        assertThat(mvc.get().uri("/links?prefix=yy-"))
                .bodyJson()
                .isLenientlyEqualTo(
                        """
                        {"links":[{"name":"yy-listed","visits":1}],"next":null}
                        """);
    }

    @Test
    void csvIsTakenLineByLine() {
        String csv =
                """
                \uFEFFName,URL
                csv-1,https://example.org/1
                csv-2,"https://example.org/2,3"

                bad name,https://example.org/
                csv-3,gopher://example.org/
                csv-4
                 csv-5 , https://example.org/5
                """;
        assertThat(postCsv(csv))
                .hasStatusOk()
                .bodyJson()
                .isLenientlyEqualTo(
                        """
                        {"taken":3,"refused":3,"refusals":[
                          {"line":5},
                          {"line":6,"reason":"url must start with http:// or https://"},
                          {"line":7,"reason":"must be name,url but has 1 columns"}]}
                        """);
        assertThat(mvc.get().uri("/csv-2")).hasHeader("Location", "https://example.org/2,3");
        assertThat(mvc.get().uri("/csv-5")).hasHeader("Location", "https://example.org/5");
    }

    @Test
    void anImportKeepsVisitsOfWhatItReplaces() {
        put("csv-visited", "https://example.org/old");
        mvc.get().uri("/csv-visited").exchange();

        assertThat(postCsv("csv-visited,https://example.org/new")).hasStatusOk();

        assertThat(mvc.get().uri("/links/csv-visited"))
                .bodyJson()
                .isLenientlyEqualTo("{\"url\":\"https://example.org/new\",\"visits\":1}");
    }

    @Test
    void onlyCsvIsImported() {
        assertThat(
                        mvc.post()
                                .uri("/links/import")
                                .contentType(MediaType.APPLICATION_JSON)
                                .content("{}"))
                .hasStatus(415)
                .hasContentType(MediaType.APPLICATION_PROBLEM_JSON);
    }

    @Test
    void thePageAllowsNothingFromElsewhere() {
        assertThat(mvc.get().uri("/"))
                .hasStatusOk()
                .hasForwardedUrl("/page/index.html")
                .headers()
                .hasHeaderSatisfying(
                        "Content-Security-Policy",
                        policy ->
                                assertThat(policy.get(0))
                                        .contains("default-src 'self'", "frame-ancestors 'none'")
                                        .doesNotContain("unsafe"));
        assertThat(mvc.get().uri("/page/index.html"))
                .hasStatusOk()
                .bodyText()
                .doesNotContainPattern("<script(?![^>]*src=)|<style|style=|\\son[a-z]+=");
    }

    @Test
    void anotherSiteMayNotChangeAnything() {
        assertThat(mvc.post().uri("/actuator/compact").header("Sec-Fetch-Site", "cross-site"))
                .hasStatus(403);
        assertThat(mvc.delete().uri("/links/String").header("Sec-Fetch-Site", "same-site"))
                .hasStatus(403);
        assertThat(mvc.get().uri("/String").header("Sec-Fetch-Site", "cross-site")).hasStatus(302);
        assertThat(mvc.post().uri("/actuator/compact").header("Sec-Fetch-Site", "same-origin"))
                .hasStatusOk();
    }

    @Test
    void figuresCountOperationsAndShowTheLastCompaction() throws Exception {
        assertThat(mvc.post().uri("/actuator/compact")).hasStatusOk();
        long before = Long.parseLong(text(mvc.get().uri("/page/figures").exchange(), "operations"));
        mvc.get().uri("/String").exchange();

        assertThat(mvc.get().uri("/page/figures"))
                .hasStatusOk()
                .bodyJson()
                .isLenientlyEqualTo("{\"state\":\"OPEN\",\"compacting\":false}")
                .hasPathSatisfying("$.lastCompaction.endedAt", at -> at.assertThat().isNotNull())
                .hasPathSatisfying("$.lastCompaction.millis", ms -> ms.assertThat().isNotNull());
        // Two reads, the link and its visits, and one write.
        assertThat(text(mvc.get().uri("/page/figures").exchange(), "operations"))
                .isEqualTo(String.valueOf(before + 3));
    }

    @Test
    void theActuatorKnowsTheStore() {
        assertThat(mvc.get().uri("/actuator/kv")).hasStatusOk();
        assertThat(mvc.get().uri("/actuator/compact")).hasStatusOk();
        assertThat(mvc.get().uri("/actuator/health/kv"))
                .bodyJson()
                .isLenientlyEqualTo("{\"status\":\"UP\"}");
    }

    private MvcTestResult put(String name, String url) {
        return putBody(name, "{\"url\":\"" + url + "\"}");
    }

    private MvcTestResult putBody(String name, String body) {
        return mvc.put()
                .uri("/links/" + name)
                .contentType(MediaType.APPLICATION_JSON)
                .content(body)
                .exchange();
    }

    private MvcTestResult postCsv(String csv) {
        return mvc.post()
                .uri("/links/import")
                .contentType(MediaType.valueOf("text/csv"))
                .content(csv)
                .exchange();
    }

    private static void assertInvalid(MvcTestResult result, String field) {
        assertThat(result)
                .hasStatus(400)
                .hasContentType(MediaType.APPLICATION_PROBLEM_JSON)
                .bodyJson()
                .extractingPath("$.field")
                .isEqualTo(field);
    }

    private static @Nullable String text(MvcTestResult result, String property) throws Exception {
        JsonNode node = json(result).get(property);
        return node.isNull() ? null : node.asString();
    }

    private static JsonNode json(MvcTestResult result) throws Exception {
        return JSON.readTree(result.getResponse().getContentAsString());
    }
}
