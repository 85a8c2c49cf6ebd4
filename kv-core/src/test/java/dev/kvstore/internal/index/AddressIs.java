package dev.kvstore.internal.index;

/** Takes an entry for the sought one if it has a certain address. */
final class AddressIs implements KeyMatcher {

    private final long address;
    private long candidate;

    AddressIs(long address) {
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
