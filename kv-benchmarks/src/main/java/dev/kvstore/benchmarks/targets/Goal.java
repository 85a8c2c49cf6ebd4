package dev.kvstore.benchmarks.targets;

/**
 * What a figure of ours is to reach.
 *
 * @param base what it is compared with
 * @param name the limit's or the other figure's name, if the base has one
 * @param factor how many times the base, or the largest value itself
 */
public record Goal(Base base, String name, double factor) {

    /** What a figure of ours is compared with. */
    public enum Base {
        /** The best of the peers. */
        BEST_PEER,
        /** A limit. */
        LIMIT,
        /** Another figure of ours. */
        OWN,
        /** Nothing: the factor is the largest value. */
        NOTHING
    }

    /** So many times the best peer. */
    static Goal peer(double factor) {
        return new Goal(Base.BEST_PEER, "best peer", factor);
    }

    /** So many times a limit. */
    static Goal limit(String store, double factor) {
        return new Goal(Base.LIMIT, store, factor);
    }

    /** So many times another figure of the same store. */
    static Goal own(String figure, double factor) {
        return new Goal(Base.OWN, figure, factor);
    }

    /** So much at most. */
    static Goal atMost(double value) {
        return new Goal(Base.NOTHING, "", value);
    }
}
