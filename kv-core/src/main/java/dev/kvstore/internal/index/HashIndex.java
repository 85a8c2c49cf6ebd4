package dev.kvstore.internal.index;

import static dev.kvstore.internal.index.IndexFormat.BUCKETS_PER_PAGE;
import static dev.kvstore.internal.index.IndexFormat.BUCKET_SLOTS;
import static dev.kvstore.internal.index.IndexFormat.PAGE_SIZE_BYTES;
import static dev.kvstore.internal.index.IndexFormat.SLOTS_PER_PAGE;
import static dev.kvstore.internal.index.PageTable.LONGS;
import static dev.kvstore.internal.index.PageTable.PAGES_PER_REGION;

import dev.kvstore.internal.index.PageSearch.Miss;
import dev.kvstore.internal.storage.Crc32c;
import dev.kvstore.internal.storage.MappedRegion;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * An extendible hash table in a mapped file.
 *
 * <p><b>Threads:</b> {@link #find}, {@link #candidate} and {@link #snapshot} may be called by any
 * thread at any time and take no lock. Everything else is called by one thread at a time, the
 * holder of the store's write lock, but for what {@link #insertInShard} allows.
 */
public final class HashIndex {

    /*
     * How it works
     * ------------
     * The top bits of a hash choose, through the page table, a page of 4 KiB; its lowest six bits
     * choose one of the page's 64 buckets, each a cache line of eight slots. An entry lives in that
     * home bucket or, when the bucket is full, in one other bucket of the same page that follows
     * from its tag ("displaced"). When both are full, an entry that is at home in one of them is
     * moved to its own other bucket; when that fails too, the page splits into two new pages
     * (Fagin et al., "Extendible Hashing", 1979) and the table's entries are switched to them. A
     * page fills to some 80 % that way, and nineteen of twenty entries are at home.
     *
     * Why a reader needs no lock
     * --------------------------
     * A slot changes by one 8-byte store, and never refers to a record before that is whole. A hit
     * is proven by the key's bytes in the log (see KeyMatcher). A miss is proven thus:
     *
     *  - A bucket with an EMPTY slot has displaced nothing since its page was built: an entry is
     *    displaced only when its home bucket has no vacant slot, and in a bucket without EMPTY a
     *    removed entry leaves DELETED behind. So a search may end at home if a slot there was EMPTY
     *    and still is when all others have been looked at. Seen once is not enough: meanwhile it may
     *    have been filled, and then what was sought moved out of a slot not yet looked at.
     *  - An entry moves only from its home to its other bucket, and the copy is stored before the
     *    original is overwritten. A reader looks at home first, so it meets one or the other.
     *  - Everything else happens by a change of the page table: the two halves of a page are
     *    complete before the table's entries are switched, and each switch gives the entry a new
     *    stamp. A reader who finds, after its search, the table and the entry as they were before
     *    it, has searched the page that was the right one all the time. Only then does it believe
     *    what it found, or that it found nothing.
     *
     * A page that was split is free for use at once. A reader still searching it may see anything:
     * candidates that are none (the log refuses addresses that cannot be, and compares keys), or
     * nothing; both end at the changed entry, and it looks again.
     *
     * Why a page can be trusted
     * -------------------------
     * A clean close leaves a checksum of every page. After the next open a page is compared with it
     * before anybody trusts the page for the first time; see PageChecks. Who goes where:
     *
     *  - find, locate, insert and snapshot come to a page by entryOf, which checks the
     *    page of the page table and then the page of slots.
     *  - addressAt, replace and remove get a position from locate. place, evict and split work on
     *    the page to which insert came.
     *  - evict and split also change entries of the page table, maybe all of them, and happen after
     *    the record was appended. So reserve checks the whole page table, once.
     *  - takePage takes only a free page that was checked, as what follows in the chain is read from
     *    it; else a new one, for which reserve has made room. What writes into a page that was taken
     *    therefore never writes into one that is unchecked.
     *  - candidate checks nothing: it proves nothing.
     *
     * How several threads can fill it
     * -------------------------------
     * The top bits of a hash choose its shard. A page is never less deep than they are many, so a
     * page's slots, and the table's entries for it, belong to one shard, and to who has that. What
     * shards have in common: pages are taken and given back in split only, under this object's
     * monitor, as are the halves it makes; regions are added under it too; stamps are atomic. A
     * doubling moves every entry, so nobody may have a shard meanwhile: the caller sees to that.
     * Where nobody inserts any more, to remove needs no shard: each slot is emptied by itself, and
     * a bucket with an EMPTY slot keeps it.
     *
     * What if we crash
     * ----------------
     * Then the file is worthless, and its header says so: it is marked clean only at close, after
     * everything else in it was forced, and marked in use, durably, before anything is changed
     * again, here or in the log. The index is rebuilt from the log.
     */

    private static final System.Logger LOGGER = System.getLogger("dev.kvstore");

    private static final int FIRST_DEPTH = 4;

    /** How many keys there are for each page of an index that is made for a number of keys. */
    private static final int KEYS_PER_FIRST_PAGE = SLOTS_PER_PAGE / 2;

    /** How many threads can fill an index at a time; see {@link #insertInShard}. */
    public static final int SHARDS = 1 << FIRST_DEPTH;

    /** Pages kept at hand, so that an insertion never has to ask the disk for memory half-way. */
    private static final int PAGES_AT_HAND = 48;

    private final IndexRegions source;
    private final long storeId;

    private volatile PageTable table;

    /** Null if every page has been checked since the index was opened, or is new. */
    private volatile @Nullable PageChecks checks;

    private volatile boolean damaged;

    /** Whether the file says, durably, that it may be anything. */
    private volatile boolean inUse;

    /** Why that is not certain, if it was tried. */
    private volatile @Nullable Throwable markFailure;

    // Guarded by the store's write lock, as is all below.
    private final List<MappedRegion> mapped = new ArrayList<>();
    private final AtomicLong keyCount = new AtomicLong();
    private int pageCount = 1; // the header
    private int freePage; // the first of a chain through the pages' first words; 0 for none
    private final AtomicInteger stamp = new AtomicInteger();
    private final PageSplit split;

    /** A region made ready by {@link #prepare}; taken by the writer. */
    private volatile @Nullable MappedRegion spareRegion;

    private HashIndex(IndexRegions source, long storeId, KeyHasher hasher) {
        this.source = source;
        this.storeId = storeId;
        this.split = new PageSplit(hasher);
        this.table = new PageTable(FIRST_DEPTH, 0, new ByteBuffer[0]);
    }

    /** Makes an empty index, in the place of whatever was there. */
    public static HashIndex create(IndexRegions source, long storeId, KeyHasher hasher)
            throws IOException {
        return create(source, storeId, hasher, 0);
    }

    /**
     * Makes an empty index, in the place of whatever was there, with the pages that a number of
     * keys will need, but no more than there were about: for fewer keys these were enough. To split
     * pages later costs time, and once in sixteen doublings a look at each key.
     *
     * @param mostKeys how many keys there may be
     */
    public static HashIndex create(
            IndexRegions source, long storeId, KeyHasher hasher, long mostKeys) throws IOException {
        HashIndex index = new HashIndex(source, storeId, hasher);
        index.addRegion();
        index.writeHeader(IndexFormat.STATE_IN_USE, 0, 0, 0, 0);
        // If we crash after the first change and before this, an old clean mark would be believed.
        index.mapped.get(0).force(0, PAGE_SIZE_BYTES);
        index.inUse = true;
        long wanted = Math.max(SHARDS, mostKeys / KEYS_PER_FIRST_PAGE);
        int before = source.existing() * PAGES_PER_REGION - PAGES_PER_REGION / 2;
        int room = before - before / 256 - PAGES_AT_HAND; // the page table needs some
        index.addFirstPages((int) Math.min(wanted, Math.max(SHARDS, room)));
        return index;
    }

    /**
     * Adds so many empty pages that as many keys go to each, but for a factor of two: those of the
     * upper hashes, where there are more keys (see {@link KeyHash}), are one deeper.
     */
    private void addFirstPages(int count) throws IOException {
        int depth = 31 - Integer.numberOfLeadingZeros(count);
        int tableDepth = count > 1 << depth ? depth + 1 : depth;
        int firstPage = pageCount + PageTable.pagesAt(tableDepth);
        while (mapped.size() * PAGES_PER_REGION < firstPage + count) {
            addRegion();
        }
        PageTable t = new PageTable(tableDepth, pageCount, table.regions);
        table = t;
        pageCount = firstPage + count;
        byte[] empty = new byte[PAGE_SIZE_BYTES];
        for (int i = 0; i < count; i++) {
            t.regionOf(firstPage + i).put(PageTable.offsetOf(firstPage + i), empty);
        }
        int shallow = (2 << depth) - count;
        long hash = 0;
        for (int i = 0; i < count; i++) {
            int pageDepth = i < shallow ? depth : depth + 1;
            switchEntries(t, hash, pageDepth, firstPage + i);
            hash += 1L << (64 - pageDepth);
        }
    }

    /**
     * Opens an index as a clean close left it. {@link #markInUse} has to be called before anything
     * is changed.
     *
     * @return the index, or null if the file is not one that can be trusted
     */
    public static @Nullable HashIndex open(IndexRegions source, long storeId, KeyHasher hasher)
            throws IOException {
        if (source.existing() == 0) {
            return null;
        }
        HashIndex index = new HashIndex(source, storeId, hasher);
        MappedRegion first = source.region(0);
        index.mapped.add(first);
        ByteBuffer header = first.buffer();
        long pages = IndexFormat.isClean(header, storeId) ? IndexFormat.pagesInAll(header) : 0;
        long regions = (pages + PAGES_PER_REGION - 1) / PAGES_PER_REGION;
        if (pages == 0
                || source.existing() < regions) { // damaged, or cut short since it was closed
            index.close();
            return null;
        }
        while (index.mapped.size() < regions) {
            index.mapped.add(source.region(index.mapped.size()));
        }
        index.keyCount.set(header.getLong(IndexFormat.KEY_COUNT_OFFSET));
        index.pageCount = header.getInt(IndexFormat.PAGE_COUNT_OFFSET);
        index.freePage = header.getInt(IndexFormat.FREE_PAGE_OFFSET);
        index.stamp.set(header.getInt(IndexFormat.STAMP_OFFSET));
        index.table =
                new PageTable(
                        header.getInt(IndexFormat.GLOBAL_DEPTH_OFFSET),
                        header.getInt(IndexFormat.TABLE_PAGE_OFFSET),
                        index.buffers());
        // All of them now: the pages they are in are overwritten when the index grows.
        int[] checksums =
                ChecksumArea.read(
                        index.table,
                        header.getInt(IndexFormat.CHECKSUM_PAGE_OFFSET),
                        index.pageCount,
                        storeId);
        if (checksums == null) {
            index.close();
            return null;
        }
        index.checks = new PageChecks(checksums);
        return index;
    }

    /** Returns what {@link #markClean} was given, or null if it is damaged. */
    public byte @Nullable [] note() {
        ByteBuffer header = mapped.get(0).buffer();
        byte[] note = new byte[header.getInt(IndexFormat.NOTE_SIZE_OFFSET)];
        int page = header.getInt(IndexFormat.NOTE_PAGE_OFFSET);
        for (int done = 0; done < note.length; done += PAGE_SIZE_BYTES, page++) {
            int length = Math.min(PAGE_SIZE_BYTES, note.length - done);
            table.regionOf(page).get(PageTable.offsetOf(page), note, done, length);
        }
        boolean sound =
                Crc32c.of(note, new byte[0]) == header.getInt(IndexFormat.NOTE_CHECKSUM_OFFSET);
        return sound ? note : null;
    }

    /**
     * Makes sure that the next open does not take the index as it was closed. To be called before
     * anything is changed, in the index or in the log that it points to; by any thread.
     */
    public void markInUse() throws IOException {
        if (!inUse) {
            markInUseOnce();
        }
    }

    private synchronized void markInUseOnce() throws IOException {
        Throwable failure = markFailure;
        if (failure != null) {
            // The kernel may have dropped the page: another force would prove nothing.
            throw new IOException("The index could not be marked in use: " + failure, failure);
        }
        if (!inUse) {
            try {
                writeHeader(IndexFormat.STATE_IN_USE, 0, 0, 0, 0);
                // If we crash after the first change and before this, the clean mark would be
                // believed.
                mapped.get(0).force(0, PAGE_SIZE_BYTES);
            } catch (IOException | RuntimeException | Error e) {
                markFailure = e;
                throw e;
            }
            inUse = true;
        }
    }

    /** Whether the next open may take the index as the last close left it. */
    public boolean isAsClosed() {
        return !inUse && !damaged;
    }

    /**
     * Looks for a key without a lock.
     *
     * @return what the matcher found, or null if there is no such key
     */
    @SuppressWarnings("unchecked") // what is no Miss and no exception is what the matcher found
    public <K, V> @Nullable V find(long hash, K key, KeyMatcher<K, V> matcher) {
        while (true) {
            PageTable t = table;
            long entry = entryOf(t, hash);
            if (t.isPlausible(entry)) {
                Object result = PageSearch.find(t, entry, hash, key, matcher);
                if (result != Miss.DISTURBED && table == t && t.entryOf(hash) == entry) {
                    if (result instanceof RuntimeException damage) {
                        throw damage;
                    }
                    return result instanceof Miss ? null : (V) result;
                }
            } else if (table == t) {
                throw damage(t.tablePageOf(hash)); // no leftover: it is the table still
            }
            Thread.onSpinWait();
        }
    }

    /** Whether some address is there under a hash; without a lock, as {@link #find}. */
    public boolean has(long hash, long address) {
        while (true) {
            PageTable t = table;
            long entry = entryOf(t, hash);
            if (t.isPlausible(entry)) {
                boolean has = PageSearch.locate(t, entry, hash, address) >= 0;
                if (table == t && t.entryOf(hash) == entry) {
                    return has;
                }
            } else if (table == t) {
                throw damage(t.tablePageOf(hash));
            }
            Thread.onSpinWait();
        }
    }

    /**
     * Has the processor fetch the buckets of hashes, ahead of lookups. Where they are is found out
     * first, so that the turns of the loop that loads them are so short that the processor waits
     * for many at a time.
     *
     * @param places room for as many numbers, of no meaning afterwards
     */
    public void touch(long[] hashes, int from, int to, long[] places) {
        PageTable t = table;
        for (int i = from; i < to; i++) {
            long entry = t.entryOf(hashes[i]);
            long page = t.isPlausible(entry) ? PageTable.pageOf(entry) : 0;
            places[i] = page * BUCKETS_PER_PAGE + Slot.homeBucket(hashes[i]);
        }
        long seen = 0;
        for (int i = from; i < to; i++) {
            int page = (int) (places[i] / BUCKETS_PER_PAGE);
            int bucket = (int) (places[i] % BUCKETS_PER_PAGE);
            seen |= read(t, page, bucket * BUCKET_SLOTS);
        }
        if (seen == Slot.DELETED) {
            Thread.onSpinWait(); // a use of what was loaded, or the compiler leaves it out
        }
    }

    /**
     * Returns an address the key may have, or 0. Proves nothing: it is for bringing memory into the
     * cache ahead of {@link #find}.
     */
    public long candidate(long hash) {
        PageTable t = table;
        long entry = t.entryOf(hash);
        return t.isPlausible(entry) ? PageSearch.candidate(t, entry, hash) : 0;
    }

    /** Returns the entry of a hash, of which both the page table and the page can be trusted. */
    private long entryOf(PageTable t, long hash) {
        PageChecks unfinished = checks;
        if (unfinished == null) {
            return t.entryOf(hash);
        }
        check(unfinished, t, t.tablePageOf(hash));
        long entry = t.entryOf(hash);
        if (t.isPlausible(entry)) {
            check(unfinished, t, PageTable.pageOf(entry));
        }
        return entry;
    }

    private void check(PageChecks unfinished, PageTable t, int page) {
        if (!unfinished.isSound(t, page)) {
            throw damage(page);
        }
    }

    private RuntimeException damage(int page) {
        RuntimeException damage = source.damaged((long) page * PAGE_SIZE_BYTES);
        if (!damaged) {
            damaged = true; // so the next open makes the index again
            LOGGER.log(System.Logger.Level.ERROR, damage.getMessage());
        }
        return damage;
    }

    /**
     * Looks for a key as the writer, who does so before he appends a record: damage is to be met
     * then.
     *
     * @return where its slot is, for {@link #replace} and {@link #remove}, or -1
     * @throws dev.kvstore.StoreCorruptedException if the key's page is damaged
     */
    public <K, V> long locate(long hash, K key, KeyMatcher<K, V> matcher) {
        PageTable t = table;
        return PageSearch.locate(t, entryOf(t, hash), hash, key, matcher);
    }

    /** As {@link #locate(long, Object, KeyMatcher)}, for an address. */
    public long locate(long hash, long address) {
        PageTable t = table;
        return PageSearch.locate(t, entryOf(t, hash), hash, address);
    }

    /** Returns the address in a slot that {@link #locate} found. */
    public long addressAt(long position) {
        return Slot.address(
                read(table, (int) (position / SLOTS_PER_PAGE), (int) (position % SLOTS_PER_PAGE)));
    }

    /** Publishes another address in a slot that {@link #locate} found. */
    public void replace(long position, long address) {
        int page = (int) (position / SLOTS_PER_PAGE);
        int i = (int) (position % SLOTS_PER_PAGE);
        write(table, page, i, Slot.of(Slot.signature(read(table, page, i)), address));
    }

    /**
     * Empties a slot that {@link #locate} found. While nobody inserts or replaces, several threads
     * may do so at a time, each for hashes of its own.
     */
    public void remove(long position) {
        int page = (int) (position / SLOTS_PER_PAGE);
        int i = (int) (position % SLOTS_PER_PAGE);
        boolean open = hasEmpty(table, page, i / BUCKET_SLOTS);
        write(table, page, i, open ? Slot.EMPTY : Slot.DELETED);
        keyCount.getAndDecrement();
    }

    /** Publishes the address of a key that is not in the index. Call {@link #reserve} before. */
    public void insert(long hash, long address) {
        while (!insertInShard(hash, address)) {
            doubleTable();
        }
        keyCount.getAndIncrement();
    }

    /**
     * As {@link #insert}, by several threads at a time, for an index that nobody else uses yet.
     * Each has a shard for itself while it calls this, {@link #locate}, {@link #addressAt}, {@link
     * #replace} and {@link #remove}; it has called {@link #reserveInShard} with it; and nobody
     * calls anything else but {@link #touch} meanwhile. The key is not counted: see {@link
     * #countKeys}.
     *
     * @return whether it was done; if not, {@link #deepen} has to be called first
     */
    public boolean insertInShard(long hash, long address) {
        assert address > 0 && address <= Slot.MAX_ADDRESS;
        while (true) {
            PageTable t = table;
            long entry = entryOf(t, hash);
            int page = PageTable.pageOf(entry);
            long slot = Slot.of(Slot.signature(hash, PageTable.depthOf(entry)), address);
            int bucket = Slot.homeBucket(hash);
            if (place(t, page, bucket, slot) || placeElsewhere(t, hash, entry, slot)) {
                return true;
            }
            if (PageTable.depthOf(entry) == t.depth) {
                return false;
            }
            split(hash, entry);
        }
    }

    /** Finds a place for an entry whose home bucket is full. */
    private boolean placeElsewhere(PageTable t, long hash, long entry, long slot) {
        int bucket = Slot.homeBucket(hash);
        int other = Slot.otherBucket(bucket, Slot.signature(slot));
        return place(t, PageTable.pageOf(entry), other, Slot.displace(slot))
                || evict(t, hash, entry, bucket, slot)
                || evict(t, hash, entry, other, Slot.displace(slot));
    }

    private static boolean place(PageTable t, int page, int bucket, long slot) {
        for (int i = bucket * BUCKET_SLOTS; i < (bucket + 1) * BUCKET_SLOTS; i++) {
            if (Slot.isVacant(read(t, page, i))) {
                write(t, page, i, slot);
                return true;
            }
        }
        return false;
    }

    /** Moves an entry that is at home in a full bucket to its other one, and takes its place. */
    private boolean evict(PageTable t, long hash, long entry, int bucket, long slot) {
        int page = PageTable.pageOf(entry);
        for (int i = bucket * BUCKET_SLOTS; i < (bucket + 1) * BUCKET_SLOTS; i++) {
            long moved = read(t, page, i);
            if (Slot.isDisplaced(moved)) {
                continue; // it would have to go home, and a reader may be past that
            }
            int other = Slot.otherBucket(bucket, Slot.signature(moved));
            if (place(t, page, other, Slot.displace(moved))) {
                write(t, page, i, slot);
                // A snapshot that copied the one bucket before and the other after sees it twice or
                // not at all: tell it by a new stamp.
                switchEntries(t, hash, PageTable.depthOf(entry), page);
                return true;
            }
        }
        return false;
    }

    /**
     * Makes sure that the next insertions need no memory from the disk, and no page table that is
     * damaged. To be called before the record is appended, while failing still does no harm.
     */
    public void reserve(int insertions) throws IOException {
        PageTable t = table;
        PageChecks unfinished = checks;
        int damagedPage = unfinished == null ? 0 : unfinished.checkTable(t);
        if (damagedPage != 0) {
            throw damage(damagedPage);
        }
        int needed = PAGES_AT_HAND + insertions / 128 + 2 * PageTable.pagesAt(t.depth + 1);
        while (t.regions.length * PAGES_PER_REGION - pageCount < needed) {
            addRegion();
            t = table;
        }
    }

    /** Returns the shard of a hash: 0 to {@value #SHARDS} - 1. No page holds slots of two. */
    public static int shardOf(long hash) {
        return (int) (hash >>> (64 - FIRST_DEPTH));
    }

    /** Returns how many bits of a hash choose the page. */
    public int depth() {
        return table.depth;
    }

    /** As {@link #reserve}, by so many threads at a time. */
    public synchronized void reserveInShard(int insertions, int threads) throws IOException {
        reserve(threads * (insertions + 128 * PAGES_AT_HAND));
    }

    /** Counts keys that {@link #insertInShard} has inserted. */
    public void countKeys(long inserted) {
        keyCount.getAndAdd(inserted);
    }

    /** Makes the page table deeper than some depth, while no thread inserts. */
    public void deepen(int depth) throws IOException {
        if (table.depth == depth) { // else another thread has been first
            reserve(0);
            doubleTable();
        }
    }

    /** Whether there is something to do for {@link #prepare}. */
    public boolean wantsPreparing() {
        PageChecks unfinished = checks;
        return wantsRegion() || wantsMark() || (unfinished != null && unfinished.isUnfinished());
    }

    /** Whether the next open, whatever happens before, has to be told of damage. */
    private boolean wantsMark() {
        return damaged && !inUse && markFailure == null;
    }

    private boolean wantsRegion() {
        PageTable t = table;
        int room = t.regions.length * PAGES_PER_REGION - pageCount;
        return inUse // else it is only read, and its file stays as it is
                && spareRegion == null
                && room < PAGES_AT_HAND + 2 * PageTable.pagesAt(t.depth + 1) + PAGES_PER_REGION / 2;
    }

    /**
     * Makes the next region ready, or checks pages, a region's worth; called by one background
     * thread, without the write lock.
     */
    public void prepare() throws IOException {
        if (wantsMark()) {
            markInUse();
        }
        if (wantsRegion()) {
            synchronized (source) {
                if (spareRegion == null) {
                    spareRegion = source.region(table.regions.length);
                }
            }
            return;
        }
        PageChecks unfinished = checks;
        if (unfinished != null) {
            int damagedPage = unfinished.checkSome(table);
            if (damagedPage != 0) {
                damage(damagedPage); // logged, and thrown to who needs the page
            }
            if (!unfinished.isUnfinished() && !damaged) {
                checks = null;
            }
        }
    }

    private void addRegion() throws IOException {
        MappedRegion region;
        synchronized (source) {
            region = spareRegion;
            spareRegion = null;
            if (region == null) {
                region = source.region(mapped.size());
            }
            mapped.add(region);
            PageTable t = table;
            table = new PageTable(t.depth, t.firstPage, buffers());
        }
    }

    private ByteBuffer[] buffers() {
        return mapped.stream().map(MappedRegion::buffer).toArray(ByteBuffer[]::new);
    }

    private synchronized void split(long hash, long entry) {
        PageTable t = table;
        int depth = PageTable.depthOf(entry);
        int page = PageTable.pageOf(entry);
        for (int i = 0; i < SLOTS_PER_PAGE; i++) {
            split.put(i, read(t, page, i));
        }
        split.divide(depth);
        int low = takePage();
        int high = takePage();
        writePage(low, split.lowHalf());
        writePage(high, split.highHalf());
        long half = 1L << (63 - depth);
        switchEntries(t, hash & -half & ~half, depth + 1, low);
        switchEntries(t, hash & -half | half, depth + 1, high);
        freePage(page);
    }

    private void switchEntries(PageTable t, long hash, int depth, int page) {
        long count = 1L << (t.depth - depth);
        long first = t.indexOf(hash) & -count;
        long entry = PageTable.entry(stamp.getAndIncrement(), depth, page);
        for (long i = first; i < first + count; i++) {
            t.set(i, entry);
        }
    }

    private void doubleTable() {
        PageTable t = table;
        if (t.depth == Slot.MAX_DEPTH) {
            throw new IllegalStateException("The index has reached its greatest depth.");
        }
        int firstPage = pageCount;
        pageCount += PageTable.pagesAt(t.depth + 1);
        PageTable doubled = new PageTable(t.depth + 1, firstPage, t.regions);
        for (long i = 0; i < 1L << t.depth; i++) {
            long entry = t.get(i);
            doubled.set(2 * i, entry);
            doubled.set(2 * i + 1, entry);
        }
        table = doubled;
        for (int i = 0; i < PageTable.pagesAt(t.depth); i++) {
            freePage(t.firstPage + i);
        }
    }

    private int takePage() {
        int page = freePage;
        PageChecks unfinished = checks;
        if (page == 0 || (unfinished != null && !unfinished.isTrusted(page))) {
            return pageCount++;
        }
        freePage = (int) read(table, page, 0);
        return page;
    }

    private void freePage(int page) {
        write(table, page, 0, freePage);
        freePage = page;
    }

    private void writePage(int page, long[] slots) {
        for (int i = 0; i < SLOTS_PER_PAGE; i++) {
            write(table, page, i, slots[i]);
        }
    }

    private static boolean hasEmpty(PageTable t, int page, int bucket) {
        for (int i = bucket * BUCKET_SLOTS; i < (bucket + 1) * BUCKET_SLOTS; i++) {
            if (read(t, page, i) == Slot.EMPTY) {
                return true;
            }
        }
        return false;
    }

    /** Reads a slot as the only one who may change it, or to no purpose: any load will do. */
    private static long read(PageTable t, int page, int slot) {
        return t.regionOf(page).getLong(PageTable.offsetOf(page) + slot * 8);
    }

    private static void write(PageTable t, int page, int slot, long value) {
        LONGS.setRelease(t.regionOf(page), PageTable.offsetOf(page) + slot * 8, value);
    }

    /**
     * Copies the addresses of the page that holds the first keys from a hash on, for a pass over
     * all of them.
     *
     * @param from a lower bound of hashes: 0 first, then what the last call returned
     * @param addresses takes the addresses; at least {@value IndexFormat#SLOTS_PER_PAGE} long
     */
    public Snapshot snapshot(long from, long[] addresses) {
        while (true) {
            PageTable t = table;
            long entry = entryOf(t, from);
            if (t.isPlausible(entry)) {
                int page = PageTable.pageOf(entry);
                int count = 0;
                ByteBuffer region = t.regionOf(page);
                int offset = PageTable.offsetOf(page);
                for (int i = 0; i < SLOTS_PER_PAGE; i++) {
                    long slot = (long) LONGS.getAcquire(region, offset + i * 8);
                    if (!Slot.isVacant(slot)) {
                        addresses[count++] = Slot.address(slot);
                    }
                }
                Snapshot snapshot = new Snapshot(from, t, entry, count);
                if (isCurrent(snapshot)) {
                    return snapshot;
                }
            } else if (table == t) {
                throw damage(t.tablePageOf(from)); // as in find
            }
            Thread.onSpinWait();
        }
    }

    /** Whether no key of a snapshot's page has been given another place in the index since. */
    public boolean isCurrent(Snapshot snapshot) {
        return table == snapshot.table && table.entryOf(snapshot.from) == snapshot.entry;
    }

    /** The addresses of one page, at a moment. */
    public static final class Snapshot {

        private final long from;
        private final PageTable table;
        private final long entry;
        private final int count;

        Snapshot(long from, PageTable table, long entry, int count) {
            this.from = from;
            this.table = table;
            this.entry = entry;
            this.count = count;
        }

        /** Returns how many addresses it has. */
        public int count() {
            return count;
        }

        /** Returns the hash at which the next page begins, or 0 if this was the last. */
        public long next() {
            long span = 1L << (64 - PageTable.depthOf(entry));
            return (from & -span) + span;
        }
    }

    /** Returns the number of keys. */
    public long keyCount() {
        return keyCount.get();
    }

    /** Returns how many bytes the regions take. */
    public long sizeBytes() {
        return (long) table.regions.length * IndexRegions.REGION_SIZE_BYTES;
    }

    /**
     * Makes everything durable and then marks the index as such, together with a note of the
     * caller's. It has been marked in use before, and nothing may be changed afterwards. An index
     * in which damage was found stays as it is, in use, so that the next open makes it again.
     */
    public void markClean(byte[] note) throws IOException {
        if (damaged) {
            return;
        }
        int notePage = pageCount;
        int checksumPage = notePage + (int) IndexFormat.pagesFor(note.length);
        int end = checksumPage + ChecksumArea.pagesFor(pageCount);
        while (table.regions.length * PAGES_PER_REGION < end) {
            addRegion();
        }
        for (int done = 0; done < note.length; done += PAGE_SIZE_BYTES) {
            int page = notePage + done / PAGE_SIZE_BYTES;
            int length = Math.min(PAGE_SIZE_BYTES, note.length - done);
            table.regionOf(page).put(PageTable.offsetOf(page), note, done, length);
        }
        int[] checksums = PageChecks.checksums(table, pageCount, checks);
        ChecksumArea.write(table, checksumPage, checksums, storeId);
        for (MappedRegion region : mapped) {
            region.force(0, IndexRegions.REGION_SIZE_BYTES);
        }
        writeHeader(
                IndexFormat.STATE_CLEAN,
                notePage,
                note.length,
                Crc32c.of(note, new byte[0]),
                checksumPage);
        // If we crash before this, the index is rebuilt; the pages it vouches for are durable.
        mapped.get(0).force(0, PAGE_SIZE_BYTES);
    }

    private void writeHeader(
            int state, int notePage, int noteSize, int noteChecksum, int checksumPage) {
        ByteBuffer header = mapped.get(0).buffer();
        header.putLong(IndexFormat.MAGIC_OFFSET, IndexFormat.MAGIC);
        header.putInt(IndexFormat.VERSION_OFFSET, IndexFormat.VERSION);
        header.putInt(IndexFormat.STATE_OFFSET, state);
        header.putLong(IndexFormat.STORE_ID_OFFSET, storeId);
        header.putLong(IndexFormat.KEY_COUNT_OFFSET, keyCount.get());
        header.putInt(IndexFormat.GLOBAL_DEPTH_OFFSET, table.depth);
        header.putInt(IndexFormat.TABLE_PAGE_OFFSET, table.firstPage);
        header.putInt(IndexFormat.PAGE_COUNT_OFFSET, pageCount);
        header.putInt(IndexFormat.FREE_PAGE_OFFSET, freePage);
        header.putInt(IndexFormat.STAMP_OFFSET, stamp.get());
        header.putInt(IndexFormat.NOTE_PAGE_OFFSET, notePage);
        header.putInt(IndexFormat.NOTE_SIZE_OFFSET, noteSize);
        header.putInt(IndexFormat.NOTE_CHECKSUM_OFFSET, noteChecksum);
        header.putInt(IndexFormat.CHECKSUM_PAGE_OFFSET, checksumPage);
        IndexFormat.writeChecksum(header);
    }

    /** Gives the mappings up. */
    public void close() {
        mapped.forEach(MappedRegion::unmap);
        MappedRegion spare = spareRegion;
        if (spare != null) {
            spare.unmap();
        }
    }
}
