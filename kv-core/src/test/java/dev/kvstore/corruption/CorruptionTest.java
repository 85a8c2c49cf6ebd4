package dev.kvstore.corruption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kvstore.KeyValueStore;
import dev.kvstore.StoreFormatException;
import dev.kvstore.corruption.DamagedStore.Outcome;
import dev.kvstore.internal.storage.Crc32c;
import dev.kvstore.testing.Seed;
import dev.kvstore.testing.StoreFiles;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every kind of damage to every kind of file of a store that was closed, that was closed and has no
 * index, and that was killed. See {@link DamagedStore} for what is checked.
 */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CorruptionTest {

    private static final long DEFAULT_SECONDS = 300;
    private static final int RANDOM_TRIES = 12;

    private static final long SEED = Seed.announce("CorruptionTest");
    private static SampleStore sample;
    private static SampleStore another;

    @TempDir Path directory;

    private final Random random = new Random(SEED);

    /** The states of a store in which its files may be damaged. */
    private enum State {
        CLOSED,
        CLOSED_WITHOUT_INDEX,
        KILLED;

        Map<String, byte[]> files() {
            return switch (this) {
                case CLOSED -> sample.closed;
                case CLOSED_WITHOUT_INDEX -> Damage.without(sample.closed, SampleStore.INDEX);
                case KILLED -> Damage.without(sample.killed, SampleStore.INDEX);
            };
        }
    }

    @BeforeAll
    static void makeStores() {
        sample = new SampleStore(SEED);
        another = new SampleStore(SEED + 1);
    }

    @Test
    void whatIsNotDamagedIsWhole() {
        for (State state : State.values()) {
            assertThat(use(state.files(), state)).isEqualTo(Outcome.WHOLE);
        }
        Path store = directory.resolve("killed");
        SampleStore.write(State.KILLED.files(), store);
        try (KeyValueStore opened = sample.options().toBuilder(store).open()) {
            assertThat(opened.stats().recovery().cutBytes()).isZero();
        }
    }

    @Test
    void aFlippedBitInAHeaderOfASegment() {
        for (String name : names(".kvs")) {
            State state = any(State.values());
            int at = random.nextInt(RawSegment.HEADER_SIZE);
            use(Damage.flip(state.files(), name, at, random.nextInt(8)), state, name, at);
        }
    }

    @Test
    void aFlippedBitInARecord() {
        for (String name : names(".kvs")) {
            State state = any(State.values());
            List<RawSegment.Raw> records = new RawSegment(state.files().get(name)).records;
            if (records.isEmpty()) {
                continue;
            }
            RawSegment.Raw record = records.get(random.nextInt(records.size()));
            int at = record.offset() + random.nextInt(record.headerSize());
            use(Damage.flip(state.files(), name, at, random.nextInt(8)), state, name, at);
            int inside = record.offset() + random.nextInt(record.size());
            use(Damage.flip(state.files(), name, inside, random.nextInt(8)), state, name, inside);
        }
    }

    @Test
    void lengthsThatCannotBe() {
        for (int size : new int[] {-1, Integer.MIN_VALUE, Integer.MAX_VALUE, 1 << 30}) {
            State state = any(State.values());
            String name = any(names(".kvs"));
            List<RawSegment.Raw> records = new RawSegment(state.files().get(name)).records;
            if (!records.isEmpty()) {
                int at = records.get(random.nextInt(records.size())).offset() + 16;
                use(Damage.overwrite(state.files(), name, at, bytes(size)), state, name, at);
            }
        }
    }

    /** Nobody can tell a record that was zeroed from one that was never written. */
    @Test
    void zerosInASegment() {
        for (String name : names(".kvs")) {
            State state = any(State.values());
            RawSegment segment = new RawSegment(state.files().get(name));
            int size = random.nextBoolean() ? 512 : 4096;
            int from = random.nextInt(segment.end()) / size * size;
            boolean mayBeTheEnd = state == State.KILLED && isHotTail(name);
            tryOne(
                    Damage.zero(state.files(), name, from, size),
                    mayBeTheEnd,
                    state + ": " + name + " zero at " + from + ", " + size);
        }
        String name = any(names(".kvs"));
        for (State state : State.values()) {
            int length = state.files().get(name).length;
            use(Damage.zero(state.files(), name, 0, length), state, name, 0);
            use(Damage.zero(state.files(), name, 0, 512), state, name, 0);
            use(Damage.zero(state.files(), name, 0, 4096), state, name, 0);
        }
    }

    /** What was there at a close is known to have been there, to the last record. */
    @Test
    void theEndOfAClosedLogIsNeverTakenForAnUnfinishedWrite() {
        for (State state : List.of(State.CLOSED, State.CLOSED_WITHOUT_INDEX)) {
            for (String name : names(".kvs")) {
                if (isTail(name, state.files())) {
                    List<RawSegment.Raw> records = new RawSegment(state.files().get(name)).records;
                    RawSegment.Raw last = records.get(records.size() - 1);
                    RawSegment.Raw some = records.get(random.nextInt(records.size()));
                    int end = last.offset() + last.size();
                    for (RawSegment.Raw from : List.of(last, some)) {
                        int size = end - from.offset();
                        Outcome outcome =
                                use(
                                        Damage.zero(state.files(), name, from.offset(), size),
                                        state,
                                        name,
                                        from.offset());
                        if (state == State.CLOSED_WITHOUT_INDEX) {
                            assertThat(outcome).isEqualTo(Outcome.REFUSED);
                        }
                    }
                }
            }
        }
    }

    /** After a kill, too, any damage but zeros is told from nothing at the end of the log. */
    @Test
    void aFlippedBitInTheLastRecordOfAKilledLogIsReported() {
        String name = names(".kvs").stream().filter(this::isHotTail).findFirst().orElseThrow();
        RawSegment segment = new RawSegment(State.KILLED.files().get(name));
        RawSegment.Raw last = segment.records.get(segment.records.size() - 1);
        for (int i = 0; i < last.headerSize() + last.keySize(); i += 1 + random.nextInt(3)) {
            int at = last.offset() + i;
            Outcome outcome =
                    use(
                            Damage.flip(State.KILLED.files(), name, at, random.nextInt(8)),
                            State.KILLED,
                            name,
                            at);
            assertThat(outcome).isIn(Outcome.CUT, Outcome.REFUSED);
        }
    }

    @Test
    void segmentsThatWereCutShort() {
        for (String name : names(".kvs")) {
            State state = any(State.values());
            byte[] file = state.files().get(name);
            RawSegment segment = new RawSegment(file);
            Integer[] sizes = {0, 1, 64, 128, 4095, 4096, segment.end(), file.length - 1};
            int size = any(sizes);
            use(Damage.truncate(state.files(), name, size), state, name, size);
        }
    }

    @Test
    void filesThatGrew() {
        for (String name : List.of(any(names(".kvs")), any(names(".hint")), "store.kv")) {
            State state = any(State.values());
            if (state.files().containsKey(name)) {
                Outcome outcome =
                        use(
                                Damage.append(
                                        state.files(), name, 1 + random.nextInt(9000), random),
                                state,
                                name,
                                -1);
                assertThat(outcome).isEqualTo(Outcome.WHOLE);
            }
        }
    }

    @Test
    void hintsAreNotNeeded() {
        for (String name : names(".hint")) {
            Map<String, byte[]> files = State.CLOSED_WITHOUT_INDEX.files();
            int at = random.nextInt(files.get(name).length);
            Map<String, byte[]> damaged =
                    switch (random.nextInt(4)) {
                        case 0 -> Damage.without(files, name);
                        case 1 -> Damage.truncate(files, name, at);
                        case 2 -> Damage.zero(files, name, at, 4096);
                        default -> Damage.flip(files, name, at, random.nextInt(8));
                    };
            assertThat(use(damaged, State.CLOSED_WITHOUT_INDEX, name, at)).isEqualTo(Outcome.WHOLE);
        }
    }

    @Test
    void filesThatWereSwapped() {
        for (State state : State.values()) {
            String one = any(names(".kvs"));
            String other = any(names(".kvs"));
            if (!one.equals(other)) {
                assertThat(use(Damage.swap(state.files(), one, other), state, one, -1))
                        .isEqualTo(Outcome.REFUSED);
                assertThat(
                                use(
                                        Damage.put(state.files(), one, state.files().get(other)),
                                        state,
                                        one,
                                        -1))
                        .isEqualTo(Outcome.REFUSED);
            }
            List<String> hints = names(".hint");
            assertThat(
                            use(
                                    Damage.swap(state.files(), hints.get(0), hints.get(1)),
                                    state,
                                    hints.get(0),
                                    -1))
                    .isEqualTo(Outcome.WHOLE);
        }
    }

    @Test
    void filesOfAnotherStore() {
        for (State state : State.values()) {
            for (String name : List.of(any(names(".kvs")), any(names(".hint")), "store.kv")) {
                byte[] foreign = another.closed.get(name);
                if (foreign != null) {
                    use(Damage.put(state.files(), name, foreign), state, name, -1);
                }
            }
        }
        byte[] foreignIndex = another.closed.get(SampleStore.INDEX);
        assertThat(
                        use(
                                Damage.put(sample.closed, SampleStore.INDEX, foreignIndex),
                                State.CLOSED,
                                SampleStore.INDEX,
                                -1))
                .isEqualTo(Outcome.WHOLE);
    }

    /** The index of an earlier close fits all segments but for what was appended since. */
    @Test
    void anOlderIndexOfTheStoreIsNotTaken() {
        assertThat(
                        use(
                                Damage.put(
                                        sample.closed,
                                        SampleStore.INDEX,
                                        sample.older.get(SampleStore.INDEX)),
                                State.CLOSED,
                                SampleStore.INDEX,
                                -1))
                .isEqualTo(Outcome.WHOLE);
    }

    /** The segment files of the close before: a life that has ended since must not begin again. */
    @Test
    void aSegmentOfAnEarlierTime() {
        for (String name : names(".kvs")) {
            byte[] earlier = sample.older.get(name);
            if (earlier != null && !Arrays.equals(earlier, sample.closed.get(name))) {
                use(Damage.put(sample.closed, name, earlier), State.CLOSED, name, -1);
            }
        }
    }

    /** The store went on with an index elsewhere, and was killed: this one knows less. */
    @Test
    void anIndexThatTheStoreWentOnWithoutIsNotTaken() {
        Path store = directory.resolve("went-on");
        Path killed = directory.resolve("went-on-killed");
        SampleStore.write(sample.closed, store);
        try (KeyValueStore elsewhere =
                sample.options().toBuilder(store)
                        .indexPath(directory.resolve("elsewhere.kvi"))
                        .open()) {
            StoreFiles.copyAtRest(store, killed);
            assertThat(elsewhere.stats().recovery().clean()).isFalse();
        }
        Path copied = directory.resolve("copied.kvi");
        SampleStore.write(Map.of("copied.kvi", sample.closed.get(SampleStore.INDEX)), directory);
        Path again = directory.resolve("again");
        Path againKilled = directory.resolve("again-killed");
        SampleStore.write(sample.closed, again);
        try (KeyValueStore elsewhere = sample.options().toBuilder(again).indexPath(copied).open()) {
            elsewhere.set("went", "on");
            StoreFiles.copyAtRest(again, againKilled);
        }

        try (KeyValueStore opened = sample.options().toBuilder(killed).open()) {
            assertThat(opened.stats().recovery().clean()).isFalse();
        }
        try (KeyValueStore opened = sample.options().toBuilder(againKilled).open()) {
            assertThat(opened.get("went")).isEqualTo("on");
        }
    }

    /** Zeros over a header would make a segment an unused one, and its records would be gone. */
    @Test
    void noHeaderOfZerosIsTaken() {
        for (State state : State.values()) {
            for (String name : names(".kvs")) {
                if (new RawSegment(state.files().get(name)).kind != 0) {
                    assertThat(use(Damage.zero(state.files(), name, 0, 512), state, name, 0))
                            .isEqualTo(Outcome.REFUSED);
                }
            }
        }
    }

    /** A free segment of an earlier life, in the place of one with a hint or of the hot tail. */
    @Test
    void aHeaderOfAnEarlierLifeIsNotTaken() {
        State state = State.CLOSED_WITHOUT_INDEX;
        for (String name : names(".kvs")) {
            byte[] bytes = state.files().get(name).clone();
            RawSegment segment = new RawSegment(bytes);
            boolean tail = isTail(name, state.files());
            if (segment.kind == 0 || (tail && segment.kind != 1)) {
                continue;
            }
            for (int copy : new int[] {0, 64}) {
                buffer(bytes).putInt(copy + 12, 0);
                buffer(bytes).putLong(copy + 24, segment.generation - 1);
                buffer(bytes).putInt(copy + 52, Crc32c.of(buffer(bytes), copy, 52));
            }
            assertThat(use(Damage.put(state.files(), name, bytes), state, name, 0))
                    .isEqualTo(Outcome.REFUSED);
        }
    }

    /** Where the originals are gone, the copies are known to have been on the disk. */
    @Test
    void zerosAtTheEndOfCopiesAreNotTakenForNothing() {
        String name =
                names(".kvs").stream()
                        .filter(n -> isTail(n, sample.killed) && !isHotTail(n))
                        .findFirst()
                        .orElseThrow();
        RawSegment segment = new RawSegment(sample.killed.get(name));
        for (int i = 0; i < segment.records.size(); i += 1 + random.nextInt(20)) {
            int from = segment.records.get(i).offset();
            Map<String, byte[]> files =
                    Damage.zero(State.KILLED.files(), name, from, segment.end() - from);
            assertThat(use(files, State.KILLED, name, from)).isEqualTo(Outcome.REFUSED);
        }
    }

    /** A tail in a segment's second life is followed by what the first one left. */
    @Test
    void whatAnEarlierLifeLeftIsNoUnfinishedWrite() {
        Path store = directory.resolve("recycled");
        Map<String, byte[]> files = Map.of();
        try (KeyValueStore open = sample.options().toBuilder(store).open()) {
            for (int i = 0; i < 300 && !hasLeftoversBehindTheEnd(files); i++) {
                byte[] value = new byte[3000];
                random.nextBytes(value);
                open.set(("key-" + i % 7).getBytes(StandardCharsets.UTF_8), value);
                if (i % 40 == 39) {
                    open.compact();
                }
                open.set("last", "is " + i);
                files = SampleStore.read(store);
            }
        }
        assertThat(hasLeftoversBehindTheEnd(files)).isTrue();
        Path killed = directory.resolve("recycled-killed");
        SampleStore.write(Damage.without(files, SampleStore.INDEX), killed);

        try (KeyValueStore opened = sample.options().toBuilder(killed).open()) {
            assertThat(opened.get("last")).startsWith("is ");
            assertThat(opened.stats().recovery().cutBytes()).isZero();
        }
    }

    private static boolean hasLeftoversBehindTheEnd(Map<String, byte[]> files) {
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
            if (isTail(file.getKey(), files)) {
                RawSegment segment = new RawSegment(file.getValue());
                int from = segment.end() + 24;
                if (segment.kind == 1
                        && from < file.getValue().length - 100
                        && buffer(file.getValue()).getLong(from) != 0) {
                    return true;
                }
            }
        }
        return false;
    }

    @Test
    void filesThatAreMissing() {
        for (State state : State.values()) {
            String name = any(names(".kvs"));
            assertThat(use(Damage.without(state.files(), name), state, name, -1))
                    .isEqualTo(Outcome.REFUSED);
            assertThat(use(Damage.without(state.files(), "store.kv"), state, "store.kv", -1))
                    .isEqualTo(Outcome.REFUSED);
        }
    }

    @Test
    void anyByteOfTheStoreFile() {
        for (int i = random.nextInt(6); i < 2 * 76; i += 7) {
            int at = i < 76 ? i : 2048 + i - 76;
            State state = any(State.values());
            use(
                    Damage.flip(state.files(), "store.kv", at, random.nextInt(8)),
                    state,
                    "store.kv",
                    at);
        }
    }

    /** The older copy of the store file may not know of segments that were added since. */
    @Test
    void theNewestCopyOfTheStoreFileIsLost() {
        for (State state : State.values()) {
            ByteBuffer file = buffer(state.files().get("store.kv"));
            int newest = file.getLong(40) > file.getLong(2048 + 40) ? 0 : 2048;
            int older = 2048 - newest;
            for (int fewer = 0; fewer < 3; fewer++) {
                byte[] bytes = state.files().get("store.kv").clone();
                ByteBuffer changed = buffer(bytes);
                changed.putInt(older + 12, changed.getInt(older + 12) - fewer);
                changed.putInt(older + 72, Crc32c.of(changed, older, 72));
                changed.putInt(newest, 0);
                use(Damage.put(state.files(), "store.kv", bytes), state, "store.kv", fewer);
            }
        }
    }

    @Test
    void aFlippedBitInTheIndex() {
        int used = buffer(sample.closed.get(SampleStore.INDEX)).getInt(64) * 4096 + 4096;
        for (int i = 0; i < 12; i++) {
            int at = i < 3 ? random.nextInt(72) : random.nextInt(used);
            use(
                    Damage.flip(sample.closed, SampleStore.INDEX, at, random.nextInt(8)),
                    State.CLOSED,
                    SampleStore.INDEX,
                    at);
        }
    }

    @Test
    void anIndexThatWasCutShortOrZeroedIsMadeAgain() {
        for (int size : new int[] {0, 1, 4096, 100_000}) {
            assertThat(
                            use(
                                    Damage.truncate(sample.closed, SampleStore.INDEX, size),
                                    State.CLOSED,
                                    SampleStore.INDEX,
                                    size))
                    .isEqualTo(Outcome.WHOLE);
        }
        use(
                Damage.zero(sample.closed, SampleStore.INDEX, 4096, 1 << 22),
                State.CLOSED,
                SampleStore.INDEX,
                4096);
    }

    /** Strays are neither read nor removed. */
    @Test
    void filesThatAreNoneOfTheStores() {
        Map<String, byte[]> files = sample.closed;
        for (String name :
                List.of("notes.txt", "segment-1.kvs", "segment-99999999999.kvs", "index.kvi.bak")) {
            files = Damage.put(files, name, new byte[] {1, 2, 3});
        }
        files = Damage.put(files, "segment-00000099.kvs", sample.closed.get(names(".kvs").get(0)));

        assertThat(use(files, State.CLOSED, "strays", -1)).isEqualTo(Outcome.WHOLE);
        assertThat(directory.resolve("damaged")).doesNotExist();
    }

    @Test
    void filesOfALaterVersionAreRefusedWithTheVersion() {
        byte[] storeFile = sample.closed.get("store.kv").clone();
        for (int copy : new int[] {0, 2048}) {
            buffer(storeFile).putInt(copy + 8, 7);
            buffer(storeFile).putInt(copy + 72, Crc32c.of(buffer(storeFile), copy, 72));
        }
        assertRefusesVersion(Damage.put(sample.closed, "store.kv", storeFile));
        String name = any(names(".kvs"));
        byte[] segment = sample.closed.get(name).clone();
        for (int copy : new int[] {0, 64}) {
            buffer(segment).putInt(copy + 8, 7);
            buffer(segment).putInt(copy + 52, Crc32c.of(buffer(segment), copy, 52));
        }
        assertRefusesVersion(Damage.put(sample.closed, name, segment));
    }

    private void assertRefusesVersion(Map<String, byte[]> files) {
        Path store = directory.resolve("later");
        SampleStore.write(files, store);
        assertThatThrownBy(() -> sample.options().toBuilder(store).open())
                .isInstanceOf(StoreFormatException.class)
                .hasMessageContaining("version 7");
    }

    @Test
    void randomDamage() {
        for (int i = 0; i < RANDOM_TRIES; i++) {
            tryRandom();
        }
    }

    @Test
    @Tag("long")
    @Timeout(value = 2, unit = java.util.concurrent.TimeUnit.HOURS)
    void randomDamageForALongTime() {
        long seconds = Long.getLong("kv.test.seconds", DEFAULT_SECONDS);
        long start = System.nanoTime();
        while (System.nanoTime() - start < seconds * 1_000_000_000L) {
            if (random.nextInt(200) == 0) {
                sample = new SampleStore(random.nextLong());
            }
            tryRandom();
        }
    }

    private void tryRandom() {
        State state = any(State.values());
        Map<String, byte[]> files = state.files();
        String name = any(files.keySet().toArray(new String[0]));
        byte[] file = files.get(name);
        if (file.length == 0) {
            return; // made a moment before the store was killed
        }
        int used = name.endsWith(".kvs") ? new RawSegment(file).end() : file.length;
        int at = random.nextInt(random.nextInt(4) == 0 ? Math.min(used, 128) : used);
        boolean mayBeTheEnd = false;
        Map<String, byte[]> damaged;
        int kind = random.nextInt(4);
        if (kind == 0) {
            int size = random.nextBoolean() ? 512 : 4096;
            at = at / size * size;
            damaged = Damage.zero(files, name, at, size);
            mayBeTheEnd = state == State.KILLED && isHotTail(name);
        } else if (kind == 1) {
            byte[] garbage = new byte[1 + random.nextInt(20)];
            random.nextBytes(garbage);
            damaged = Damage.overwrite(files, name, at, garbage);
        } else {
            damaged = Damage.flip(files, name, at, random.nextInt(8));
        }
        tryOne(damaged, mayBeTheEnd, state + ": " + name + " at " + at + ", kind " + kind);
    }

    // ---------------------------------------------------------------- helpers

    private Outcome use(Map<String, byte[]> files, State state) {
        return tryOne(files, false, state.toString());
    }

    private Outcome use(Map<String, byte[]> files, State state, String name, int at) {
        return tryOne(files, false, state + ": " + name + " at " + at);
    }

    private Outcome tryOne(Map<String, byte[]> files, boolean mayBeTheEnd, String what) {
        try {
            Outcome outcome = DamagedStore.use(sample, files, directory);
            Set<Outcome> allowed = EnumSet.allOf(Outcome.class);
            if (!mayBeTheEnd) {
                allowed.remove(Outcome.LOST);
            }
            assertThat(outcome).isIn(allowed);
            return outcome;
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError(what + " (seed " + SEED + ")", e);
        }
    }

    /** Whether a segment is hot and has no hint when the store is killed: it may end anywhere. */
    private boolean isHotTail(String name) {
        return isTail(name, sample.killed) && new RawSegment(sample.killed.get(name)).kind == 1;
    }

    private static boolean isTail(String name, Map<String, byte[]> files) {
        if (!name.endsWith(".kvs") || new RawSegment(files.get(name)).kind == 0) {
            return false;
        }
        // The file of a hint is there before its place is, and its place before the hint is.
        byte[] hint = files.getOrDefault(name.replace(".kvs", ".hint"), new byte[0]);
        return buffer(Arrays.copyOf(hint, 88)).getLong(24)
                != new RawSegment(files.get(name)).generation;
    }

    private List<String> names(String extension) {
        Stream<String> both = sample.closed.keySet().stream().filter(sample.killed::containsKey);
        return both.filter(name -> name.endsWith(extension) && isCounted(name)).toList();
    }

    /** Whether a file's segment was there for the store when it was killed, and not just made. */
    private static boolean isCounted(String name) {
        ByteBuffer file = buffer(sample.killed.get("store.kv"));
        int newest = file.getLong(40) > file.getLong(2048 + 40) ? 0 : 2048;
        String number = name.replaceFirst("segment-(\\d+)\\..*", "$1");
        return Integer.parseInt(number) < file.getInt(newest + 12);
    }

    private <T> T any(List<T> all) {
        return all.get(random.nextInt(all.size()));
    }

    private <T> T any(T[] all) {
        return all[random.nextInt(all.length)];
    }

    private static byte[] bytes(int number) {
        return ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(0, number).array();
    }

    private static ByteBuffer buffer(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
