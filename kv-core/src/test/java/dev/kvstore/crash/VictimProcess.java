package dev.kvstore.crash;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** A {@link Victim} in a JVM of its own, from its start to its violent end. */
final class VictimProcess implements AutoCloseable {

    private static final int KILLED = 128 + 9;
    private static final int TERMINATED = 128 + 15;
    private static final int HANGS_AFTER_SECONDS = 120;

    private final Process process;
    private final BufferedReader output;
    private final Path errors;
    private final int[] acknowledged;
    private final Set<String> said = new HashSet<>();

    /** Starts it; its writers go on after the writes that are acknowledged. */
    VictimProcess(VictimOptions options, int[] acknowledged) throws IOException {
        this.acknowledged = acknowledged;
        errors = Files.createTempFile("victim-", ".err");
        List<String> arguments = new ArrayList<>(options.toArguments());
        for (int number : acknowledged) {
            arguments.add("" + (number + 1));
        }
        List<String> command =
                JavaProcess.command(System.getProperty("java.class.path"), Victim.class, arguments);
        process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
        output = new BufferedReader(new InputStreamReader(process.getInputStream(), US_ASCII));
    }

    long pid() {
        return process.pid();
    }

    /** Waits until it has said a line so many times. */
    void awaitLine(String wanted, int times) throws IOException {
        for (int seen = 0; seen < times; ) {
            seen += readLine().equals(wanted) ? 1 : 0;
        }
    }

    /** Waits until so many writes have been acknowledged. */
    void awaitAcknowledged(int count) throws IOException {
        for (int seen = 0; seen < count; ) {
            seen += readLine().startsWith(Victim.ACKNOWLEDGED) ? 1 : 0;
        }
    }

    /** Waits until there are so many files in its store's directory, or at least a directory. */
    void awaitFiles(Path directory, int count) {
        String[] names = directory.toFile().list();
        while (process.isAlive() && (names == null || names.length < count)) {
            Thread.onSpinWait();
            names = directory.toFile().list();
        }
    }

    /** Makes it close its store. */
    void closeStore() throws IOException {
        process.getOutputStream().write('\n');
        process.getOutputStream().flush();
    }

    /** Kills it, and reads what it had acknowledged before it died. */
    void kill() throws IOException, InterruptedException {
        // Not by the process itself, which would close its output before it is read to the end.
        process.toHandle().destroyForcibly();
        awaitEnd(KILLED);
    }

    /** Asks it to end, as an operating system does that shuts down, and reads its last words. */
    void terminate() throws IOException, InterruptedException {
        process.toHandle().destroy();
        awaitEnd(TERMINATED);
    }

    private void awaitEnd(int exitCode) throws IOException, InterruptedException {
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            note(line);
        }
        assertThat(process.waitFor(HANGS_AFTER_SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(Files.readString(errors)).isEqualTo(exitCode);
    }

    /** Tells whether it has said a line, as far as its output has been read. */
    boolean hasSaid(String line) {
        return said.contains(line);
    }

    /** Makes sure that nothing is left of it, whatever became of the test. */
    @Override
    public void close() throws IOException {
        process.destroyForcibly();
        Files.deleteIfExists(errors);
    }

    private String readLine() throws IOException {
        String line = output.readLine();
        if (line == null) {
            throw new AssertionError("The process died by itself: " + Files.readString(errors));
        }
        note(line);
        return line;
    }

    private void note(String line) {
        if (line.startsWith(Victim.ACKNOWLEDGED) && line.endsWith(Victim.END)) {
            int end = line.length() - Victim.END.length();
            String[] writerAndNumber = line.substring(Victim.ACKNOWLEDGED.length(), end).split(" ");
            int writer = Integer.parseInt(writerAndNumber[0]);
            int number = Integer.parseInt(writerAndNumber[1]);
            assertThat(number).isEqualTo(acknowledged[writer] + 1);
            acknowledged[writer] = number;
        } else {
            said.add(line);
        }
    }
}
