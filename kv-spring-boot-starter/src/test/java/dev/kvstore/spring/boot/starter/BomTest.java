package dev.kvstore.spring.boot.starter;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.xpath.XPath;
import javax.xml.xpath.XPathConstants;
import javax.xml.xpath.XPathFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;

/** Holds the BOM, which for the sake of those who import it has no parent, against the build. */
class BomTest {

    private static final Path ROOT = Path.of("..");

    private static final String BOM = "kv-bom";

    private static final String DEPENDENCIES =
            "/project/dependencyManagement/dependencies/dependency";

    private final Document bom = pom(BOM);

    @Test
    void namesWhatIsPublishedAndNothingElse() {
        List<String> published =
                texts(pom("."), "/project/modules/module").stream()
                        .filter(module -> !module.equals(BOM))
                        .filter(module -> !isSkipped(module))
                        .toList();
        assertThat(published).contains("kv-core", "kv-spring-boot-starter");
        assertThat(texts(bom, DEPENDENCIES + "/artifactId"))
                .containsExactlyInAnyOrderElementsOf(published);
        assertThat(texts(bom, DEPENDENCIES + "/groupId")).containsOnly("dev.kvstore");
    }

    @Test
    void hasTheVersionOfTheBuildAndBringsNoOther() {
        assertThat(texts(bom, "/project/version")).isEqualTo(texts(pom("."), "/project/version"));
        assertThat(texts(bom, DEPENDENCIES + "/version")).containsOnly("${project.version}");
        assertThat(texts(bom, "/project/parent")).isEmpty();
        assertThat(texts(bom, "/project/licenses/license/url"))
                .isEqualTo(texts(pom("."), "/project/licenses/license/url"));
    }

    private static boolean isSkipped(String module) {
        return texts(pom(module), "/project/properties/maven.deploy.skip").contains("true");
    }

    private static Document pom(String module) {
        Path file = ROOT.resolve(module).resolve("pom.xml");
        try {
            return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(file.toFile());
        } catch (Exception ex) {
            throw new AssertionError(file.toString(), ex);
        }
    }

    private static List<String> texts(Document document, String path) {
        XPath xpath = XPathFactory.newInstance().newXPath();
        try {
            NodeList nodes = (NodeList) xpath.evaluate(path, document, XPathConstants.NODESET);
            return IntStream.range(0, nodes.getLength())
                    .mapToObj(i -> nodes.item(i).getTextContent().strip())
                    .toList();
        } catch (Exception ex) {
            throw new AssertionError(path, ex);
        }
    }
}
