package dev.kvstore.crash;

import static dev.kvstore.testing.TestData.assertHolds;
import static dev.kvstore.testing.TestData.key;
import static dev.kvstore.testing.TestData.value;

import dev.kvstore.KeyValueStore;
import dev.kvstore.KeyValueStoreException;
import dev.kvstore.StoreFullException;
import dev.kvstore.testing.StoreOptions;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A process that uses up all file descriptors it may have, uses its stores nevertheless, and gives
 * the descriptors back.
 *
 * <p>Arguments: an empty directory, the directory of the engine's classes, and whether something
 * can be logged meanwhile. If not, logging throws, for the life of the process.
 */
final class DescriptorVictim {

    static final String DONE = "All is well again.";

    private static final int VALUE_BYTES = 3000;
    private static final int MOST_WRITES = 1000;
    private static final int MOST_TRIES = 100;

    private final Path root;
    private final List<FileInputStream> hoard = new ArrayList<>();
    private int written;

    private DescriptorVictim(Path root) {
        this.root = root;
    }

    public static void main(String[] arguments) throws Exception {
        loadClasses(Path.of(arguments[1]));
        DescriptorVictim victim = new DescriptorVictim(Path.of(arguments[0]));
        if (Boolean.parseBoolean(arguments[2])) {
            // What is logged first makes the JDK read a file, that of the time zones.
            System.getLogger("dev.kvstore").log(System.Logger.Level.INFO, "It begins.");
            victim.run();
        } else {
            victim.runOut();
        }
        System.out.println(DONE);
        Runtime.getRuntime().halt(0);
    }

    // A class in a directory needs a descriptor to be loaded, other than one in a jar.
    private static void loadClasses(Path directory) throws Exception {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".class")).toList()) {
                String name = directory.relativize(file).toString().replace('/', '.');
                if (!name.startsWith("module-info")) {
                    Class.forName(name.substring(0, name.length() - ".class".length()));
                }
            }
        }
    }

    private void run() throws Exception {
        useAll("warm-up");
        int descriptors = ProcessResources.descriptorCount();
        KeyValueStore starved = open("store");
        write(starved, 100);
        takeAllDescriptors();
        refuses(() -> write(starved, MOST_WRITES));
        read(starved);
        refuses(starved::compact);
        refuses(() -> useAll("other"));
        read(starved);
        giveBack();
        goOn(starved);
        read(starved);
        starved.compact();
        read(starved);
        starved.close();
        try (KeyValueStore store = open("store")) {
            read(store);
            write(store, written + 200);
            store.compact();
            read(store);
        }
        useAll("other");
        int after = ProcessResources.descriptorCount();
        if (after > descriptors) {
            throw new AssertionError(descriptors + " descriptors became " + after);
        }
    }

    private void runOut() throws Exception {
        useAll("warm-up");
        KeyValueStore store = open("store");
        write(store, 100);
        takeAllDescriptors();
        refuses(() -> write(store, MOST_WRITES));
        refuses(store::compact);
        refuses(store::compact);
        refuses(() -> write(store, MOST_WRITES));
        read(store);
    }

    private KeyValueStore open(String name) {
        return StoreOptions.defaults().toBuilder(root.resolve(name)).open();
    }

    private void useAll(String name) {
        try (KeyValueStore store = open(name)) {
            for (int i = 0; i < 200; i++) {
                store.set(key(i % 50), value(i, 1, VALUE_BYTES));
            }
            store.compact();
        }
    }

    /** Writes keys until there are so many; each that returned is counted. */
    private void write(KeyValueStore store, int until) {
        while (written < until) {
            store.set(key(written), value(written, 1, VALUE_BYTES));
            written++;
        }
    }

    /** What could not be done is tried again every second. */
    private void goOn(KeyValueStore store) throws InterruptedException {
        int until = written + 200;
        for (int i = 0; written < until; i++) {
            try {
                write(store, until);
            } catch (StoreFullException e) {
                if (i == MOST_TRIES) {
                    throw e;
                }
                Thread.sleep(100);
            }
        }
    }

    private void read(KeyValueStore store) {
        for (int i = 0; i < written; i++) {
            assertHolds(store, i, 1, VALUE_BYTES);
        }
    }

    /** Nothing but an exception of the store's own may come of it. */
    private static void refuses(Runnable call) {
        try {
            call.run();
            System.out.println("It needed no descriptor.");
        } catch (KeyValueStoreException refused) {
            System.out.println(refused.getClass().getSimpleName() + ": " + refused.getMessage());
        }
    }

    private void takeAllDescriptors() throws InterruptedException {
        takeWhatIsLeft();
        // The store may have had a file open just then, for a moment.
        for (int i = 0; i < 30; i++) {
            Thread.sleep(10);
            takeWhatIsLeft();
        }
        System.out.println(hoard.size() + " descriptors taken");
    }

    private void takeWhatIsLeft() {
        try {
            while (true) {
                hoard.add(new FileInputStream("/dev/null"));
            }
        } catch (IOException noMore) {
            // That is what was wanted.
        }
    }

    private void giveBack() throws IOException {
        for (FileInputStream descriptor : hoard) {
            descriptor.close();
        }
    }
}
