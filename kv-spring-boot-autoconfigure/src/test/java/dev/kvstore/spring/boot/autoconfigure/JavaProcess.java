package dev.kvstore.spring.boot.autoconfigure;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs an application in a JVM of its own. */
final class JavaProcess {

    private static final int HANGS_AFTER_SECONDS = 120;

    private JavaProcess() {}

    /**
     * Runs an application to its end.
     *
     * @param options options of the JVM
     * @param classPath what goes before the class path of this JVM
     * @param main the application
     * @param arguments the application's arguments
     * @return what it wrote, and as the last line its exit code
     */
    static String run(
            List<String> options, List<Path> classPath, Class<?> main, String... arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
        command.addAll(options);
        List<String> paths = new ArrayList<>();
        classPath.forEach(path -> paths.add(path.toString()));
        paths.add(System.getProperty("java.class.path"));
        command.addAll(List.of("-cp", String.join(File.pathSeparator, paths), main.getName()));
        command.addAll(Arrays.asList(arguments));
        return run(command);
    }

    private static String run(List<String> command) throws IOException, InterruptedException {
        Path output = Files.createTempFile("process-", ".out");
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
        try {
            process.getOutputStream().close();
            boolean ended = process.waitFor(HANGS_AFTER_SECONDS, TimeUnit.SECONDS);
            return Files.readString(output)
                    + (ended ? "exit code " + process.exitValue() : "which hangs");
        } finally {
            process.destroyForcibly();
            Files.delete(output);
        }
    }
}
