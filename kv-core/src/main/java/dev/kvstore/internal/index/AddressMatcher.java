package dev.kvstore.internal.index;

import org.jspecify.annotations.Nullable;

/** Matches an address itself: whether it is one that the index has under a hash. */
final class AddressMatcher implements KeyMatcher<Long, Long> {

    /** The only one. */
    static final AddressMatcher INSTANCE = new AddressMatcher();

    private AddressMatcher() {}

    @Override
    public @Nullable Long match(Long sought, long address, long life) {
        return sought == address ? sought : null;
    }
}
