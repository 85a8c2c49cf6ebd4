package dev.kvstore.crash;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.kvstore.Durability;
import dev.kvstore.KeyValueStore;
import dev.kvstore.StoreClosedException;
import dev.kvstore.testing.StoreOptions;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/**
 * The process that is killed: writes to a store with several threads, compacts it all the time, and
 * says on its standard output what it is about to do and which writes have returned. A line on its
 * standard input makes it close the store; the end of that input ends it.
 *
 * <p>Arguments: directory, durability, whether to compact by call, seed, and for each writer the
 * number of its first write.
 */
final class Victim {

    /** How a line ends: one that does not has been cut off by the kill. */
    static final String END = ".";

    static final String OPENING = "opening" + END;
    static final String OPEN = "open" + END;
    static final String COMPACTING = "compacting" + END;
    static final String CLOSING = "closing" + END;
    static final String CLOSED = "closed" + END;
    static final String ACKNOWLEDGED = "acknowledged ";

    // One system call a line, nothing kept back in this process.
    private static final FileOutputStream OUT = new FileOutputStream(FileDescriptor.out);

    private Victim() {}

    public static void main(String[] arguments) throws IOException {
        Path directory = Path.of(arguments[0]);
        boolean compactByCall = Boolean.parseBoolean(arguments[2]);
        long seed = Long.parseLong(arguments[3]);
        say(OPENING);
        KeyValueStore store = open(directory, Durability.valueOf(arguments[1]), !compactByCall);
        say(OPEN);
        for (int writer = 0; writer + 4 < arguments.length; writer++) {
            int number = writer;
            int first = Integer.parseInt(arguments[writer + 4]);
            start(() -> write(store, seed, number, first));
        }
        if (compactByCall) {
            start(() -> compact(store));
        }
        if (System.in.read() != -1) {
            say(CLOSING);
            store.close();
            say(CLOSED);
            System.in.read();
        }
        Runtime.getRuntime().halt(0);
    }

    private static KeyValueStore open(Path directory, Durability durability, boolean background) {
        StoreOptions options = StoreOptions.defaults().withDurability(durability);
        return (background ? options.withBackgroundCompaction(0.1) : options)
                .toBuilder(directory).open();
    }

    private static void write(KeyValueStore store, long seed, int writer, int first) {
        WriteScript script = new WriteScript(seed, writer);
        for (int number = first; ; number++) {
            script.write(number, store);
            say(ACKNOWLEDGED + writer + " " + number + END);
        }
    }

    private static void compact(KeyValueStore store) {
        while (true) {
            store.compact(progress -> say(COMPACTING));
        }
    }

    private static void start(Runnable task) {
        new Thread(
                        () -> {
                            try {
                                task.run();
                            } catch (StoreClosedException closing) {
                                return;
                            } catch (Throwable e) {
                                e.printStackTrace();
                                Runtime.getRuntime().halt(1);
                            }
                        })
                .start();
    }

    private static void say(String line) {
        try {
            OUT.write((line + "\n").getBytes(US_ASCII));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
