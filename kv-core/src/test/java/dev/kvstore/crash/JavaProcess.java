package dev.kvstore.crash;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs a main class in a JVM of its own. */
public final class JavaProcess {

    private static final int HANGS_AFTER_SECONDS = 300;

    private JavaProcess() {}

    /** The command line that runs a class. */
    public static List<String> command(String classPath, Class<?> main, List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        // Little memory, and a compiler that is quick to begin: there may be many of them.
        command.addAll(List.of("-Xmx128m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
        command.addAll(List.of("-cp", classPath, main.getName()));
        command.addAll(arguments);
        return command;
    }

    /**
     * Runs a command to its end.
     *
     * @return what it wrote, and as the last line its exit code
     */
    public static String run(List<String> command) throws IOException, InterruptedException {
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
