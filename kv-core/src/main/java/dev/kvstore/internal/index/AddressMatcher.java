package dev.kvstore.internal.index;

/** Matches an address itself: whether it is one that the index has under a hash. */
public final class AddressMatcher implements KeyMatcher {

    private final long address;
    private long candidate;

    /** Makes a matcher of an address. */
    public AddressMatcher(long address) {
        this.address = address;
    }

    @Override
    public void locate(long candidate) {
        this.candidate = candidate;
    }

    @Override
    public Answer match() {
        return candidate == address ? Answer.YES : Answer.NO;
    }
}
