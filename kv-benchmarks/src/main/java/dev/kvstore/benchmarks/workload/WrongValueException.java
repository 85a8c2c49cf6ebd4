package dev.kvstore.benchmarks.workload;

/** A store returned something other than what was written. */
public final class WrongValueException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** Says what is wrong with the value of an index. */
    public WrongValueException(String what, long index) {
        super("Wrong value read for key " + index + ": " + what);
    }
}
