package dev.kvstore.sample;

/** There is no link of this name. */
final class UnknownLinkException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String name;

    UnknownLinkException(String name) {
        super("There is no link named " + name + ".");
        this.name = name;
    }

    String name() {
        return name;
    }
}
