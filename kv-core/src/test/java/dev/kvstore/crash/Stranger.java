package dev.kvstore.crash;

import dev.kvstore.KeyValueStore;
import dev.kvstore.KeyValueStoreException;
import java.nio.file.Path;

/**
 * A process of another user, which tries to open the stores that its arguments name, to write and
 * to read, and says what came of it.
 */
final class Stranger {

    static final String OPENED = "opened ";
    static final String REFUSED = "refused ";

    private Stranger() {}

    public static void main(String[] arguments) {
        for (String directory : arguments) {
            for (boolean readOnly : new boolean[] {false, true}) {
                try (KeyValueStore store =
                        KeyValueStore.builder()
                                .dataPath(Path.of(directory))
                                .readOnly(readOnly)
                                .open()) {
                    System.out.println(OPENED + directory + ", " + store.size() + " keys");
                } catch (KeyValueStoreException e) {
                    System.out.println(REFUSED + directory + ": " + e.getMessage());
                }
            }
        }
    }
}
