package dev.kvstore.benchmarks.simulation;

import dev.kvstore.benchmarks.workload.Draw;
import dev.kvstore.benchmarks.workload.Permutation;
import dev.kvstore.benchmarks.workload.Zipfian;
import java.util.function.IntUnaryOperator;

/** Which key is updated next. */
public enum Updates {
    /** All equally likely. */
    UNIFORM,
    /** Few of them very often, wherever they are. */
    ZIPFIAN,
    /** One after the other, again and again. */
    SEQUENTIAL;

    /** Returns the key for the number of an update; in order, from 0. */
    public IntUnaryOperator keys(int count) {
        Draw draw = new Draw(ordinal());
        return switch (this) {
            case UNIFORM -> update -> Math.toIntExact(draw.below(count));
            case ZIPFIAN -> {
                Zipfian zipfian = new Zipfian(count);
                Permutation scattered = new Permutation(count, 1);
                yield update -> Math.toIntExact(scattered.at(zipfian.rank(draw.fraction())));
            }
            case SEQUENTIAL -> update -> update % count;
        };
    }
}
