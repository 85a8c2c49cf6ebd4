package dev.kvstore.spring.boot;

import java.io.Serial;
import java.util.Set;
import java.util.TreeSet;

/** Thrown when there is no store of the name that was asked for. */
public class NoSuchKeyValueStoreException extends RuntimeException {

    @Serial private static final long serialVersionUID = 1L;

    /** The name that was asked for. */
    private final String name;

    /**
     * Makes an exception.
     *
     * @param name the name that was asked for
     * @param names the names that there are
     */
    public NoSuchKeyValueStoreException(String name, Set<String> names) {
        super(
                names.isEmpty()
                        ? "There is no key-value store '%s', and no other one.".formatted(name)
                        : "There is no key-value store '%s'. There are: %s."
                                .formatted(name, String.join(", ", new TreeSet<>(names))));
        this.name = name;
    }

    /**
     * Returns the name that was asked for.
     *
     * @return the name
     */
    public String getName() {
        return name;
    }
}
