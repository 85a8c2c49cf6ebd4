package dev.kvstore.internal.recovery;

import dev.kvstore.KeyValueStoreException;
import dev.kvstore.RepairReport;
import dev.kvstore.RepairReport.LeftOut;
import dev.kvstore.internal.index.HashIndex;
import dev.kvstore.internal.index.IndexRegions;
import dev.kvstore.internal.index.KeyMatcher;
import dev.kvstore.internal.log.RecordAddress;
import dev.kvstore.internal.log.RecordFormat;
import dev.kvstore.internal.log.SalvagedSegment;
import dev.kvstore.internal.log.SegmentSalvage;
import dev.kvstore.internal.log.StoreFile;
import dev.kvstore.internal.log.StoreIdentity;
import dev.kvstore.internal.storage.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads all that is whole of a damaged store and decides which record of each key is the newest:
 * the one with the highest sequence, wherever it was found. Nothing of the store is changed, and
 * nothing is believed but what a checksum proves.
 */
public final class StoreRepairer {

    /** Where the newest values go. */
    @FunctionalInterface
    public interface Target {
        /** Takes one; the expiry is 0 if there is none. */
        void put(byte[] key, byte[] value, long expiry);
    }

    private static final String INDEX_NAME = "index.kvi";
    private static final String LOCK_NAME = "lock";

    private final Storage source;
    private final StoreIdentity identity;
    private final RecordAddress addresses;
    private final HashIndex newest;
    private final SameKey sameKey = new SameKey();
    private final Map<Integer, SalvagedSegment> segments = new TreeMap<>();
    private final Set<Long> chain = new HashSet<>();
    private final List<LeftOut> leftOut = new ArrayList<>();
    private final List<Doubt> doubts = new ArrayList<>();
    private int segmentsRead;
    private long records;
    private long keys;

    /** A version of a key that is known of, and was not taken. */
    private record Doubt(byte[] key, long sequence) {}

    private StoreRepairer(Storage source, StoreIdentity identity) throws IOException {
        this.source = source;
        this.identity = identity;
        this.addresses = RecordAddress.forSegmentsOf(identity.segmentSizeBytes());
        this.newest =
                HashIndex.create(
                        IndexRegions.ofMemory(), identity.storeId(), address -> hashAt(address));
    }

    /** Opens what is left of a store; its directory is locked. */
    public static StoreRepairer open(Storage source) throws IOException {
        StoreIdentity identity = StoreIdentity.find(source);
        if (identity == null) {
            throw new KeyValueStoreException(
                    "There is no store in "
                            + source.directory()
                            + " that could be repaired: neither its store file nor any segment"
                            + " can be read. Check the path.",
                    null);
        }
        return new StoreRepairer(source, identity);
    }

    /** Returns the size of a normal segment of the store. */
    public long segmentSizeBytes() {
        return identity.segmentSizeBytes();
    }

    /** Reads everything. */
    public void read() throws IOException {
        openSegments();
        applyNote();
        List<SalvagedSegment> withoutHeader = new ArrayList<>();
        for (SalvagedSegment segment : segments.values()) {
            if (segment.condition() == SalvagedSegment.Condition.HEADER_LOST) {
                withoutHeader.add(segment);
            } else {
                read(segment);
            }
        }
        // Each that is read may name the generation of another.
        boolean found = true;
        while (found) {
            found = false;
            for (SalvagedSegment segment : List.copyOf(withoutHeader)) {
                segment.findLife(chain);
                if (segment.condition() != SalvagedSegment.Condition.HEADER_LOST) {
                    read(segment);
                    withoutHeader.remove(segment);
                    found = true;
                }
            }
        }
        for (SalvagedSegment segment : withoutHeader) {
            read(segment);
        }
    }

    private void openSegments() throws IOException {
        List<String> names = source.list().stream().sorted().toList();
        for (String name : names) {
            int id = SalvagedSegment.idOf(name);
            if (id < 0) {
                continue;
            }
            SalvagedSegment segment = SalvagedSegment.open(source, name, identity);
            if (segment == null) {
                leaveOut(name, 0, source.size(name), "a file that is too short for a header");
            } else {
                segments.put(id, segment);
            }
        }
        for (int id = 0; id < identity.segmentCount(); id++) {
            String name = SalvagedSegment.nameOf(id);
            if (!names.contains(name)) {
                leaveOut(name, 0, 0, "the file is missing");
            }
        }
    }

    /** A clean close noted of each segment how it was. */
    private void applyNote() {
        try {
            HashIndex index =
                    HashIndex.open(
                            IndexRegions.ofFile(source, INDEX_NAME, false),
                            identity.storeId(),
                            address -> 0);
            byte[] note = index == null ? null : index.note();
            if (note != null) {
                CloseNote.read(
                        note,
                        (id, generation, holdsRecords, tail) -> {
                            SalvagedSegment segment = segments.get(id);
                            if (segment != null) {
                                segment.applyNote(generation, holdsRecords, tail);
                            }
                        });
            }
        } catch (IOException | RuntimeException e) {
            System.getLogger("dev.kvstore")
                    .log(System.Logger.Level.DEBUG, "The index tells repair nothing.", e);
        }
    }

    private void read(SalvagedSegment segment) throws IOException {
        String name = SalvagedSegment.nameOf(segment.fileId());
        if (segment.condition() == SalvagedSegment.Condition.FREE) {
            return;
        }
        if (segment.condition() != SalvagedSegment.Condition.READABLE) {
            leaveOut(name, 0, segment.sizeBytes(), segment.reason());
            return;
        }
        SalvagedSegment other = segments.get(segment.segmentId());
        if (segment.segmentId() != segment.fileId()
                && other != null
                && other.segmentId() == other.fileId()) {
            leaveOut(
                    name,
                    0,
                    segment.sizeBytes(),
                    "a copy of segment " + segment.segmentId() + ", perhaps an old one");
            return;
        }
        segmentsRead++;
        chain.add(segment.previousGeneration());
        if (segment.isHeaderLost()) {
            leaveOut(name, 0, 128, segment.reason() + "; its records were found without it");
        }
        if (segment.sizeBytes() < identity.segmentSizeBytes()) {
            leaveOut(
                    name,
                    segment.sizeBytes(),
                    identity.segmentSizeBytes(),
                    "the file is cut short");
        }
        List<Integer> whole = new ArrayList<>();
        new SegmentSalvage(segment, new Collector(name, segment.buffer(), whole)).run();
        for (int offset : whole) {
            take(segment, offset);
        }
    }

    private void take(SalvagedSegment segment, int offset) throws IOException {
        records++;
        long address = addresses.of(segment.fileId(), offset);
        ByteBuffer buffer = segment.buffer();
        long hash = hashAt(address);
        long position = newest.locate(hash, RecordKey.bytes(buffer, offset), sameKey);
        if (position < 0) {
            newest.reserve(1);
            newest.insert(hash, address);
        } else if (RecordFormat.sequence(buffer, offset) > sequenceAt(newest.addressAt(position))) {
            newest.replace(position, address);
        }
    }

    /** Hands the newest values over, in the order in which they lie in the segments. */
    public void write(Target target) {
        for (SalvagedSegment segment : segments.values()) {
            if (segment.condition() != SalvagedSegment.Condition.READABLE) {
                continue;
            }
            write(segment, target);
        }
    }

    private void write(SalvagedSegment segment, Target target) {
        List<Integer> whole = new ArrayList<>();
        Collector collector = new Collector("", segment.buffer(), whole);
        collector.silent = true;
        new SegmentSalvage(segment, collector).run();
        ByteBuffer buffer = segment.buffer();
        for (int offset : whole) {
            int flags = RecordFormat.flags(buffer, offset);
            long address = addresses.of(segment.fileId(), offset);
            if (flags == RecordFormat.TOMBSTONE || newest.locate(hashAt(address), address) < 0) {
                continue;
            }
            long expiry = flags == RecordFormat.EXPIRY ? RecordFormat.expiry(buffer, offset) : 0;
            target.put(RecordKey.bytes(buffer, offset), RecordKey.value(buffer, offset), expiry);
            keys++;
        }
    }

    /** Returns the number of segments that were read. */
    public int segmentsRead() {
        return segmentsRead;
    }

    /** Returns the number of whole records. */
    public long records() {
        return records;
    }

    /** Returns the number of keys that were handed over. */
    public long keys() {
        return keys;
    }

    /** Returns what was left out. */
    public List<LeftOut> leftOut() {
        return leftOut.stream()
                .sorted(Comparator.comparing(LeftOut::file).thenComparingLong(LeftOut::from))
                .toList();
    }

    /** Returns the keys of which a newer version was left out than any that was taken. */
    public List<byte[]> doubtfulKeys() {
        Map<ByteBuffer, byte[]> doubtful = new TreeMap<>();
        for (Doubt doubt : doubts) {
            long hash = RecordKey.hashOf(identity.storeId(), doubt.key());
            long position = newest.locate(hash, doubt.key(), sameKey);
            if (position < 0 || sequenceAt(newest.addressAt(position)) < doubt.sequence()) {
                doubtful.putIfAbsent(ByteBuffer.wrap(doubt.key()), doubt.key());
            }
        }
        return doubtful.values().stream().limit(RepairReport.MAX_DOUBTFUL_KEYS).toList();
    }

    /** Returns the files that were not used. */
    public List<Path> ignoredFiles() throws IOException {
        List<Path> ignored = new ArrayList<>();
        for (String name : source.list().stream().sorted().toList()) {
            boolean used =
                    name.equals(StoreFile.NAME)
                            || name.equals(LOCK_NAME)
                            || name.equals(INDEX_NAME)
                            || SalvagedSegment.idOf(name) >= 0
                            || SalvagedSegment.isBesideSegments(name);
            if (!used) {
                ignored.add(source.directory().resolve(name));
            }
        }
        return ignored;
    }

    private void leaveOut(String name, long from, long to, String reason) {
        leftOut.add(new LeftOut(source.directory().resolve(name), from, to, reason));
    }

    private long sequenceAt(long address) {
        return RecordFormat.sequence(bufferOf(address), addresses.offset(address));
    }

    private ByteBuffer bufferOf(long address) {
        SalvagedSegment segment = segments.get(addresses.segmentId(address));
        if (segment == null) {
            throw new IllegalStateException("Repair made an address of a segment it has not.");
        }
        return segment.buffer();
    }

    private long hashAt(long address) {
        return RecordKey.hash(identity.storeId(), bufferOf(address), addresses.offset(address));
    }

    /** Gathers what is told of one segment. */
    private final class Collector implements SegmentSalvage.Sink {

        private final String name;
        private final ByteBuffer buffer;
        private final List<Integer> whole;
        private boolean silent;

        Collector(String name, ByteBuffer buffer, List<Integer> whole) {
            this.name = name;
            this.buffer = buffer;
            this.whole = whole;
        }

        @Override
        public void whole(int offset) {
            if (offset < identity.segmentSizeBytes()) {
                whole.add(offset); // else it could not be addressed, and was never written there
            }
        }

        @Override
        public void doubtful(int offset) {
            if (!silent && doubts.size() < 100 * RepairReport.MAX_DOUBTFUL_KEYS) {
                doubts.add(
                        new Doubt(
                                RecordKey.bytes(buffer, offset),
                                RecordFormat.sequence(buffer, offset)));
            }
        }

        @Override
        public void leftOut(long from, long to, String reason) {
            if (!silent) {
                leaveOut(name, from, to, reason);
            }
        }

        @Override
        public void nextGeneration(long generation) {
            chain.add(generation);
        }
    }

    /** Matches a record by its key. */
    private final class SameKey implements KeyMatcher<byte[], byte[]> {

        @Override
        public byte @Nullable [] match(byte[] key, long address, long life) {
            byte[] other = RecordKey.bytes(bufferOf(address), addresses.offset(address));
            return Arrays.equals(key, other) ? other : null;
        }
    }
}
