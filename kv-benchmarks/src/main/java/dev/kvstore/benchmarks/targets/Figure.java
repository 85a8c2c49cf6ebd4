package dev.kvstore.benchmarks.targets;

import java.util.List;

/**
 * A number that a row yields for each store.
 *
 * @param name its name, which is the row's unless the row has several
 * @param text what it is, for the table
 * @param unit what it counts
 * @param more whether more is better
 * @param goals what ours is to reach
 */
public record Figure(String name, String text, Unit unit, boolean more, List<Goal> goals) {

    /** Operations a second, of which more are better. */
    static Figure rate(String name, String text, Goal... goals) {
        return new Figure(name, text, Unit.OPERATIONS, true, List.of(goals));
    }

    /** Something of which less is better. */
    static Figure cost(String name, String text, Unit unit, Goal... goals) {
        return new Figure(name, text, unit, false, List.of(goals));
    }
}
