package dev.kvstore.internal.recovery;

import dev.kvstore.internal.index.KeyMatcher;

/** Matches an address itself: whether it is one that the index has under a hash. */
final class AddressMatcher implements KeyMatcher {

    private final long address;
    private long candidate;

    AddressMatcher(long address) {
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
