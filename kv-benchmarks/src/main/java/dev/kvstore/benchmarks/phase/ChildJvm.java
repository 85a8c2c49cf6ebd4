package dev.kvstore.benchmarks.phase;

import dev.kvstore.benchmarks.adapter.JvmFlags;
import dev.kvstore.benchmarks.adapter.StoreKind;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A JVM for one store, with a heap of its own: the same Java and class path as this one's. */
public final class ChildJvm {

    private ChildJvm() {}

    /**
     * Starts it; it ends with this JVM at the latest.
     *
     * @param classPathFirst what comes before this JVM's class path, or an empty text
     */
    public static Process start(
            StoreKind kind,
            String heap,
            String classPathFirst,
            Class<?> main,
            List<String> arguments)
            throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Xmx" + heap);
        if (!kind.ours()) {
            command.addAll(JvmFlags.ALL);
        }
        String classPath = System.getProperty("java.class.path");
        command.add("-cp");
        command.add(
                classPathFirst.isEmpty()
                        ? classPath
                        : classPathFirst + System.getProperty("path.separator") + classPath);
        command.add(main.getName());
        command.addAll(arguments);
        Process process = new ProcessBuilder(command).redirectError(Redirect.INHERIT).start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
        return process;
    }
}
