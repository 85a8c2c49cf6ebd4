package dev.kvstore.sample;

import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;

/** The first few of many in some order, without holding or sorting the many. */
final class Smallest {

    private Smallest() {}

    /** Returns the {@code count} smallest items, in order; of equal ones only one. */
    static <T> List<T> of(Stream<T> items, int count, Comparator<? super T> order) {
        TreeSet<T> smallest = new TreeSet<>(order);
        items.forEach(
                item -> {
                    smallest.add(item);
                    if (smallest.size() > count) {
                        smallest.pollLast();
                    }
                });
        return List.copyOf(smallest);
    }
}
