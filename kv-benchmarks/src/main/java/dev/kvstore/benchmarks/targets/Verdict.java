package dev.kvstore.benchmarks.targets;

import dev.kvstore.benchmarks.adapter.StoreKind;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Whether a goal was met.
 *
 * @param goal the goal, in words
 * @param reached what was reached, in words; empty if it is not known
 * @param met whether that is enough
 */
public record Verdict(String goal, String reached, boolean met) {

    /** Judges one goal of a figure for one of our columns. */
    public static Verdict of(Goal goal, Figure figure, String ours, Figures figures) {
        String sign = figure.more() && goal.base() != Goal.Base.NOTHING ? "≥ " : "≤ ";
        String words =
                goal.base() == Goal.Base.NOTHING
                        ? sign + figure.unit().format(goal.factor()) + " " + figure.unit().label()
                        : sign + number(goal.factor()) + "× " + goal.name();
        Optional<Figures.Cell> mine = figures.cell(figure.name(), ours);
        if (mine.isEmpty()) {
            return new Verdict(words.strip(), "", false);
        }
        double value = mine.get().median();
        if (goal.base() == Goal.Base.NOTHING) {
            String reached = figure.unit().format(value);
            return new Verdict(words.strip(), reached, value <= goal.factor());
        }
        return base(goal, figure, ours, figures)
                .map(base -> compared(words, figure, goal, value / base.value(), base.name()))
                .orElseGet(() -> new Verdict(words, "", false));
    }

    /** Returns the best of the peers, if there is one. */
    public static Optional<Base> bestPeer(Figure figure, Figures figures) {
        return best(
                figure,
                figures,
                store -> {
                    StoreKind kind = Variant.of(store, "").kind();
                    return !kind.ours() && !kind.limit();
                });
    }

    /**
     * What was compared with.
     *
     * @param name the store
     * @param value its figure
     */
    public record Base(String name, double value) {}

    private static Verdict compared(
            String words, Figure figure, Goal goal, double ratio, String base) {
        boolean met = figure.more() ? ratio >= goal.factor() : ratio <= goal.factor();
        String who = goal.base() == Goal.Base.BEST_PEER ? " (" + base + ")" : "";
        return new Verdict(words, number(ratio) + "×" + who, met);
    }

    private static Optional<Base> base(Goal goal, Figure figure, String ours, Figures figures) {
        return switch (goal.base()) {
            case BEST_PEER -> bestPeer(figure, figures);
            case LIMIT -> best(figure, figures, store -> store.equals(goal.name()));
            case OWN ->
                    figures.cell(goal.name(), ours)
                            .map(cell -> new Base(goal.name(), cell.median()));
            case NOTHING -> Optional.empty();
        };
    }

    private static Optional<Base> best(Figure figure, Figures figures, Predicate<String> which) {
        Comparator<Base> order = Comparator.comparingDouble(Base::value);
        return figures.stores().stream()
                .filter(which)
                .flatMap(
                        store ->
                                figures.cell(figure.name(), store).stream()
                                        .map(cell -> new Base(store, cell.median())))
                .max(figure.more() ? order : order.reversed());
    }

    private static String number(double ratio) {
        return String.format(Locale.ROOT, "%.2f", ratio);
    }
}
