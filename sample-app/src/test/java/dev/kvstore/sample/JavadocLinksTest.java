package dev.kvstore.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Modifier;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JavadocLinksTest {

    private static final String DOCS =
            "https://docs.oracle.com/en/java/javase/" + Runtime.version().feature() + "/docs/api/";

    private static final Map<String, String> links = JavadocLinks.all();

    @ParameterizedTest
    @CsvSource({
        "String, java.base/java/lang/String.html",
        "Map.Entry, java.base/java/util/Map.Entry.html",
        "Connection, java.sql/java/sql/Connection.html",
        "JFrame, java.desktop/javax/swing/JFrame.html",
        "HttpClient, java.net.http/java/net/http/HttpClient.html",
        "HttpServer, jdk.httpserver/com/sun/net/httpserver/HttpServer.html",
        "ProcessHandle.Info, java.base/java/lang/ProcessHandle.Info.html",
    })
    void aTypeIsLinkedByItsSimpleName(String name, String page) {
        assertThat(links).containsEntry(name, DOCS + page);
    }

    @ParameterizedTest
    @CsvSource({
        "List, java.base/java/util/List.html",
        "java.awt.List, java.desktop/java/awt/List.html",
        "Date, java.base/java/util/Date.html",
        "java.sql.Date, java.sql/java/sql/Date.html",
        "Certificate, java.base/java/security/cert/Certificate.html",
        "java.security.Certificate, java.base/java/security/Certificate.html",
        "Statement, java.sql/java/sql/Statement.html",
        "java.beans.Statement, java.desktop/java/beans/Statement.html",
        "Timer, java.base/java/util/Timer.html",
        "javax.swing.Timer, java.desktop/javax/swing/Timer.html",
        "Document, java.xml/org/w3c/dom/Document.html",
        "MouseEvent, java.desktop/java/awt/event/MouseEvent.html",
        "ThreadMXBean, java.management/java/lang/management/ThreadMXBean.html",
    })
    void ofTypesThatShareANameTheUsualOneHasIt(String name, String page) {
        assertThat(links).containsEntry(name, DOCS + page);
    }

    @Test
    void onlyWhatThereIsAPageForIsLinked() {
        assertThat(links)
                .doesNotContainKeys(
                        "Unsafe", // jdk.unsupported has no Javadoc
                        "ArrayDeque.DeqIterator", // package-private
                        "ResourceBundle.SingleFormatControl", // private
                        "ObjectOutputStream.Caches", // private
                        "AbstractDocument.Content$1",
                        "Component.AccessibleAWTComponent", // protected
                        "package-info",
                        "module-info");
    }

    @Test
    void everyPublicTypeHasItsOwnPage() throws IOException {
        Set<String> expected = new HashSet<>();
        for (Module module : ModuleLayer.boot().modules()) {
            for (var exported : module.getDescriptor().exports()) {
                if (!exported.isQualified() && !module.getName().startsWith("jdk.unsupported")) {
                    addPages(module.getName(), exported.source(), expected);
                }
            }
        }

        assertThat(Set.copyOf(links.values())).hasSameSizeAs(links.keySet()).containsAll(expected);
        assertThat(expected).hasSizeGreaterThan(4_000);
        // What is left belongs to modules that are not resolved unless asked for.
        Set<String> others = new HashSet<>(links.values());
        others.removeAll(expected);
        assertThat(others).allMatch(page -> page.contains("/jdk.incubator."));
    }

    // Another way than the application's to the same answer: slower, as it loads every class.
    private static void addPages(String module, String packageName, Set<String> pages)
            throws IOException {
        String folder = packageName.replace('.', '/');
        List<Path> files;
        try (Stream<Path> all = Files.list(Path.of(URI.create("jrt:/" + module + "/" + folder)))) {
            files = all.filter(file -> file.toString().endsWith(".class")).toList();
        }
        for (Path file : files) {
            String fileName = file.getFileName().toString();
            String className = packageName + "." + fileName.substring(0, fileName.length() - 6);
            Class<?> type = load(className);
            if (type != null && isReachable(type)) {
                String nested = type.getCanonicalName().substring(packageName.length() + 1);
                pages.add(DOCS + module + "/" + folder + "/" + nested + ".html");
            }
        }
    }

    private static @Nullable Class<?> load(String name) {
        try {
            return Class.forName(name, false, ClassLoader.getSystemClassLoader());
        } catch (ClassNotFoundException e) {
            return null; // package-info
        }
    }

    private static boolean isReachable(Class<?> type) {
        return type.getCanonicalName() != null
                && Modifier.isPublic(type.getModifiers())
                && (type.getEnclosingClass() == null || isReachable(type.getEnclosingClass()));
    }
}
