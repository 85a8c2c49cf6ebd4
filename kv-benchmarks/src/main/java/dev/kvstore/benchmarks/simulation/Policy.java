package dev.kvstore.benchmarks.simulation;

/**
 * Which segment to compact, and where to put what is live in it.
 *
 * @param label its name
 * @param byAge whether to weigh garbage with age (Rosenblum's and Ousterhout's "cost-benefit"), or
 *     to take the segment with the most garbage ("greedy")
 * @param apart whether copies get segments of their own, so that what is updated seldom is no
 *     longer mixed with what is updated often
 */
public record Policy(String label, boolean byAge, boolean apart) {

    /** Returns how much it is worth to compact a segment. */
    double worth(double liveShare, double age) {
        return byAge ? (1 - liveShare) * age / (1 + liveShare) : 1 - liveShare;
    }
}
