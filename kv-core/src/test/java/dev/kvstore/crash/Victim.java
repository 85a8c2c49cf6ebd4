package dev.kvstore.crash;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.kvstore.KeyValueStore;
import dev.kvstore.StoreClosedException;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.locks.LockSupport;

/**
 * The process that is killed: writes to a store with several threads, compacts it as it was told,
 * and says on its standard output what it is about to do and which writes have returned. A line on
 * its standard input makes it close the store; the end of that input ends it.
 *
 * <p>Arguments: {@link VictimOptions}, and for each writer the number of its first write.
 */
final class Victim {

    /** How a line ends: one that does not has been cut off by the kill. */
    static final String END = ".";

    static final String OPENING = "opening" + END;
    static final String OPEN = "open" + END;
    static final String SEALING = "sealing" + END;
    static final String COMPACTING = "compacting" + END;
    static final String CLOSING = "closing" + END;
    static final String CLOSED = "closed" + END;
    static final String ACKNOWLEDGED = "acknowledged ";

    // One system call a line, nothing kept back in this process.
    private static final FileOutputStream OUT = new FileOutputStream(FileDescriptor.out);

    private Victim() {}

    public static void main(String[] arguments) throws IOException {
        VictimOptions options = VictimOptions.of(arguments);
        say(OPENING);
        KeyValueStore store = options.toBuilder().open();
        say(OPEN);
        Runtime.getRuntime().addShutdownHook(new Thread(store::close)); // for who asks it to end
        for (int i = VictimOptions.ARGUMENTS; i < arguments.length; i++) {
            int writer = i - VictimOptions.ARGUMENTS;
            int first = Integer.parseInt(arguments[i]);
            start(() -> write(store, options.seed(), writer, first));
        }
        start(() -> watchSegments(store));
        if (options.compaction() == VictimOptions.Compaction.BY_CALL) {
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

    private static void write(KeyValueStore store, long seed, int writer, int first) {
        WriteScript script = new WriteScript(seed, writer);
        for (int number = first; ; number++) {
            script.write(number, store);
            say(ACKNOWLEDGED + writer + " " + number + END);
        }
    }

    // A segment more is one that was begun just now, so the one before it is being sealed.
    private static void watchSegments(KeyValueStore store) {
        int before = store.stats().segments();
        while (true) {
            LockSupport.parkNanos(20_000);
            store.size(); // throws once the store is closed, as the figures do not
            int now = store.stats().segments();
            if (now > before) {
                say(SEALING);
            }
            before = now;
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
