package dev.kvstore.internal.engine;

import dev.kvstore.Entry;
import dev.kvstore.internal.index.HashIndex;
import dev.kvstore.internal.log.Log;
import dev.kvstore.internal.log.RecordFormat;
import dev.kvstore.internal.log.Segment;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A pass over all keys that start with a prefix: page by page of the index, in the order of hashes.
 *
 * <p><b>Invariant:</b> a key's hash never changes, so a key that is there throughout is in the page
 * that covers its hash whenever that page is copied. A page's keys are collected whole, and again
 * if it was split or rearranged meanwhile, before the first of them is delivered.
 */
final class StoreScan extends Spliterators.AbstractSpliterator<Entry> {

    private static final int MAX_ADDRESSES = 512;

    private final Log log;
    private final HashIndex index;
    private final byte[] prefix;
    private final StoreGate gate;
    private final Function<byte[], byte @Nullable []> get;

    private final long[] addresses = new long[MAX_ADDRESSES];
    private final Deque<byte[]> keys = new ArrayDeque<>();
    private long next;
    private long newestGeneration;
    private boolean ended;

    StoreScan(
            Log log,
            HashIndex index,
            byte[] prefix,
            StoreGate gate,
            Function<byte[], byte @Nullable []> get) {
        super(Long.MAX_VALUE, Spliterator.DISTINCT | Spliterator.NONNULL | Spliterator.CONCURRENT);
        this.log = log;
        this.index = index;
        this.prefix = prefix;
        this.gate = gate;
        this.get = get;
    }

    @Override
    public @Nullable Spliterator<Entry> trySplit() {
        return null; // a parallel stream would read ahead without bound
    }

    @Override
    public boolean tryAdvance(Consumer<? super Entry> action) {
        while (true) {
            byte[] key = keys.poll();
            if (key == null) {
                if (ended) {
                    return false;
                }
                collectPage();
                continue;
            }
            byte[] value = get.apply(key);
            if (value != null) {
                action.accept(new Entry(key, value));
                return true;
            }
        }
    }

    private void collectPage() {
        try {
            tryCollectPage();
        } catch (IllegalStateException e) {
            gate.checkOpen(); // closed meanwhile, and the index's mapping with it
            throw e;
        }
    }

    private void tryCollectPage() {
        while (true) {
            gate.checkOpen();
            // A segment that begins a life after this may hold another key at an address of the
            // page.
            newestGeneration = log.hotTail().lastGeneration();
            HashIndex.Snapshot snapshot = index.snapshot(next, addresses);
            Set<Key> found = new LinkedHashSet<>();
            boolean complete = true;
            for (int i = 0; i < snapshot.count() && complete; i++) {
                complete = collectKey(addresses[i], found);
            }
            // A key met twice was written while the page was copied; the set holds it once.
            if (complete && index.isCurrent(snapshot)) {
                found.forEach(key -> keys.add(key.bytes));
                next = snapshot.next();
                ended = next == 0;
                return;
            }
            Thread.onSpinWait();
        }
    }

    /** Reads the key at an address; false if the record's place has been given away meanwhile. */
    private boolean collectKey(long address, Set<Key> found) {
        Segment segment = log.segmentOf(address);
        if (segment == null) {
            return false;
        }
        long generation = segment.generation();
        if (generation > newestGeneration) {
            return false;
        }
        int offset = log.offsetOf(address);
        ByteBuffer buffer = segment.buffer();
        try {
            if (segment.capacityBytes() - offset < RecordFormat.HEADER_SIZE_BYTES
                    || !segment.isIntact(offset, generation)) {
                return damagedOrMoved(segment, generation, address);
            }
            int keySize = RecordFormat.keySize(buffer, offset);
            byte[] key = new byte[keySize];
            int keyOffset = offset + RecordFormat.headerSize(RecordFormat.flags(buffer, offset));
            buffer.get(keyOffset, key, 0, keySize);
            java.lang.invoke.VarHandle.acquireFence();
            if (segment.generation() != generation) {
                return false;
            }
            if (startsWithPrefix(key)) {
                found.add(new Key(key));
            }
            return true;
        } catch (IllegalStateException | IndexOutOfBoundsException e) {
            if (log.segmentOf(address) != segment || segment.generation() != generation) {
                return false;
            }
            gate.checkOpen();
            throw e;
        }
    }

    private boolean damagedOrMoved(Segment segment, long generation, long address) {
        java.lang.invoke.VarHandle.acquireFence();
        if (segment.generation() != generation || log.segmentOf(address) != segment) {
            return false;
        }
        // The slot may have been switched before the segment began its present life: then the page
        // has another address by now. If it has not, the record itself is damaged.
        HashIndex.Snapshot again = index.snapshot(next, addresses);
        for (int i = 0; i < again.count(); i++) {
            if (addresses[i] == address && segment.generation() == generation) {
                throw RecordReader.damaged(log, address);
            }
        }
        return false;
    }

    private boolean startsWithPrefix(byte[] key) {
        return key.length >= prefix.length
                && Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length);
    }

    private static final class Key {

        private final byte[] bytes;

        Key(byte[] bytes) {
            this.bytes = bytes;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Key key && Arrays.equals(bytes, key.bytes);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(bytes);
        }
    }
}
