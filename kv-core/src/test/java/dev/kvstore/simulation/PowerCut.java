package dev.kvstore.simulation;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The moment at which the power goes: what is on the disk, and what is on its way there. One cut
 * gives many disks, one for each {@link Loss}.
 */
final class PowerCut {

    private static final int CALLS_SHOWN = 40;

    /** A name that has been given to a file, or taken away if that is null, and not yet synced. */
    record NameChange(String name, @Nullable SimulatedFile file) {}

    /** Changes of names that happen together or not at all. */
    record NameChanges(List<NameChange> changes) {}

    private final Map<SimulatedFile, SimulatedFile.State> states = new IdentityHashMap<>();
    private final Map<SimulatedFile, String> labels = new IdentityHashMap<>();
    private final Map<String, SimulatedFile> names;
    private final List<NameChanges> changes;
    private final List<String> trace;
    private final String moment;

    PowerCut(
            Map<String, SimulatedFile> names,
            List<NameChanges> changes,
            List<String> trace,
            String moment) {
        this.names = new TreeMap<>(names);
        this.changes = List.copyOf(changes);
        this.trace =
                List.copyOf(trace.subList(Math.max(0, trace.size() - CALLS_SHOWN), trace.size()));
        this.moment = moment;
        names.forEach(this::add);
        for (NameChanges together : changes) {
            for (NameChange change : together.changes()) {
                if (change.file() != null) {
                    add(change.name(), change.file());
                }
            }
        }
    }

    private void add(String name, SimulatedFile file) {
        if (!states.containsKey(file)) {
            states.put(file, file.state());
        }
        labels.put(file, name);
    }

    /** Whether a power cut at this moment can take anything. */
    boolean canLoseSomething() {
        return !changes.isEmpty() || !filesAtRisk().isEmpty();
    }

    /** Returns the files of which it can take something, whatever their names were. */
    Set<String> filesAtRisk() {
        Set<String> files = new TreeSet<>();
        states.forEach(
                (file, state) -> {
                    if (!state.dirty().isEmpty() || state.size() != state.durableSize()) {
                        files.add(label(file));
                    }
                });
        return files;
    }

    /**
     * Returns the disk after the cut; if nothing is lost, as the death of the process leaves it.
     */
    SimulatedStorage after(Loss loss) {
        if (loss.isNothing()) {
            return killed();
        }
        Map<String, SimulatedFile> left = new TreeMap<>(names);
        for (int i = 0; i < changes.size(); i++) {
            if (loss.keepsName(i)) {
                changes.get(i).changes().forEach(change -> apply(left, change));
            }
        }
        Map<SimulatedFile, SimulatedFile> copies = new IdentityHashMap<>();
        left.replaceAll(
                (name, file) -> copies.computeIfAbsent(file, f -> state(f).after(loss, label(f))));
        return new SimulatedStorage(left);
    }

    /** What the process has done is to be seen, and the next power cut may take it still. */
    private SimulatedStorage killed() {
        Map<SimulatedFile, SimulatedFile> copies = new IdentityHashMap<>();
        states.forEach((file, state) -> copies.put(file, state.killed()));
        Map<String, SimulatedFile> durable = new TreeMap<>(names);
        durable.replaceAll((name, file) -> copies.get(file));
        List<NameChanges> unsynced = new ArrayList<>();
        Map<String, SimulatedFile> left = new TreeMap<>(durable);
        for (NameChanges together : changes) {
            List<NameChange> copied = new ArrayList<>();
            for (NameChange change : together.changes()) {
                copied.add(new NameChange(change.name(), copies.get(change.file())));
            }
            copied.forEach(change -> apply(left, change));
            unsynced.add(new NameChanges(copied));
        }
        return new SimulatedStorage(left, durable, unsynced);
    }

    private SimulatedFile.State state(SimulatedFile file) {
        return java.util.Objects.requireNonNull(states.get(file));
    }

    private String label(SimulatedFile file) {
        return java.util.Objects.requireNonNull(labels.get(file));
    }

    private static void apply(Map<String, SimulatedFile> names, NameChange change) {
        if (change.file() == null) {
            names.remove(change.name());
        } else {
            names.put(change.name(), change.file());
        }
    }

    /** Describes the cut for whoever has to find out what went wrong. */
    @Override
    public String toString() {
        List<String> lines = new ArrayList<>();
        lines.add("The power went " + moment + ". The last calls:");
        trace.forEach(call -> lines.add("  " + call));
        lines.add("On their way to the disk were:");
        states.forEach(
                (file, state) -> {
                    if (!state.dirty().isEmpty() || state.size() != state.durableSize()) {
                        lines.add(
                                "  %s: pages %s, size %d of %d"
                                        .formatted(
                                                label(file),
                                                state.dirty().keySet(),
                                                state.durableSize(),
                                                state.size()));
                    }
                });
        for (NameChanges together : changes) {
            for (NameChange change : together.changes()) {
                lines.add("  name " + change.name() + (change.file() == null ? " removed" : ""));
            }
        }
        return String.join("\n", lines);
    }
}
