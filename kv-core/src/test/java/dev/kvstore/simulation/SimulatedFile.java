package dev.kvstore.simulation;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A file of a {@link SimulatedStorage}, without a name: the bytes that the process sees, and those
 * that are on the disk. Guarded by the storage's monitor, but for the memory that is mapped.
 */
final class SimulatedFile {

    static final int PAGE_SIZE_BYTES = 4096;
    static final int SECTOR_SIZE_BYTES = 512;

    private static final int PAGES_IN_A_GLANCE = 64;
    private static final byte[] ZEROS = new byte[PAGE_SIZE_BYTES];
    private static final byte[] MANY_ZEROS = new byte[PAGES_IN_A_GLANCE * PAGE_SIZE_BYTES];

    /** Memory from an offset on; a mapping lies within one part. */
    private record Part(long offset, ByteBuffer memory) {

        long end() {
            return offset + memory.capacity();
        }
    }

    private final List<Part> parts = new ArrayList<>();
    private final List<ByteBuffer> outgrown = new ArrayList<>();

    /** Pages on the disk, never changed in place; null is zeros. */
    private byte @Nullable [][] durable = new byte[0][];

    private long durableSize;

    /** What pages held when a force failed: the kernel takes them for written until they change. */
    private final Map<Integer, byte[]> dropped = new HashMap<>();

    /** Makes an empty file, or one with such pages, on the disk and in memory. */
    SimulatedFile(byte @Nullable [][] pages, long sizeBytes) {
        if (sizeBytes == 0) {
            return;
        }
        grow(sizeBytes);
        ByteBuffer memory = parts.get(0).memory;
        for (int page = 0; page < pages.length; page++) {
            byte[] bytes = pages[page];
            if (bytes != null) {
                int at = page * PAGE_SIZE_BYTES;
                memory.put(at, bytes, 0, (int) Math.min(PAGE_SIZE_BYTES, sizeBytes - at));
            }
        }
        durable = pages;
        durableSize = sizeBytes;
    }

    long size() {
        return parts.isEmpty() ? 0 : parts.get(parts.size() - 1).end();
    }

    /** Makes it longer as the process sees it. */
    void grow(long sizeBytes) {
        long size = size();
        if (sizeBytes <= size) {
            return;
        }
        if (size % PAGE_SIZE_BYTES == 0) {
            parts.add(new Part(size, Memory.take((int) (sizeBytes - size))));
        } else {
            join((int) sizeBytes); // no page is in two parts
        }
    }

    /** Makes its size durable. */
    void forceSize() {
        if (durableSize != size()) {
            durableSize = size();
            durable = Arrays.copyOf(durable, pageCount(durableSize));
        }
    }

    /** Returns the memory of a range, the same for everybody who maps it. */
    ByteBuffer map(long offset, int sizeBytes) {
        if (size() < offset + sizeBytes) {
            throw new IllegalStateException("A mapping beyond the end would end the JVM.");
        }
        Part part = partOf(offset);
        if (offset + sizeBytes > part.end()) {
            part = join((int) size());
        }
        return part.memory
                .slice((int) (offset - part.offset), sizeBytes)
                .order(ByteOrder.LITTLE_ENDIAN);
    }

    private Part join(int sizeBytes) {
        Part all = new Part(0, Memory.take(sizeBytes));
        for (Part part : parts) {
            all.memory.put((int) part.offset, part.memory, 0, part.memory.capacity());
            outgrown.add(part.memory);
        }
        parts.clear();
        parts.add(all);
        return all;
    }

    private Part partOf(long offset) {
        for (Part part : parts) {
            if (offset < part.end()) {
                return part;
            }
        }
        throw new IllegalStateException("There is nothing at " + offset + ".");
    }

    /** Brings the pages of a range to the disk, and the file's size, as what is there needs it. */
    void force(long offset, long sizeBytes) {
        forceSize(); // a process that was killed may not have come to this
        for (int page : dirtyPages(pageOf(offset), pageCount(offset + sizeBytes))) {
            dropped.remove(page);
            durable[page] = page(page);
        }
    }

    /** Brings some pages of a range to the disk; the others look as if they were there. */
    void forceInVain(long offset, long sizeBytes, Random random) {
        for (int page : dirtyPages(pageOf(offset), pageCount(offset + sizeBytes))) {
            byte[] bytes = page(page);
            if (page < durable.length && random.nextInt(4) == 0) {
                durable[page] = bytes;
            } else {
                dropped.put(page, bytes);
            }
        }
    }

    /** Returns the state that a power cut leaves to chance. */
    State state() {
        Map<Integer, byte[]> dirty = new TreeMap<>();
        for (int page : dirtyPages(0, pageCount(size()))) {
            dirty.put(page, page(page));
        }
        return new State(durable.clone(), durableSize, size(), dirty, Map.copyOf(dropped));
    }

    private List<Integer> dirtyPages(int from, int to) {
        List<Integer> pages = new ArrayList<>();
        for (int page = from; page < to; page++) {
            if (page % PAGES_IN_A_GLANCE == 0 && isUnused(page)) {
                page += PAGES_IN_A_GLANCE - 1;
            } else if (isDirty(page)) {
                pages.add(page);
            }
        }
        return pages;
    }

    /** Most of an index is never used; looking at it page by page would take most of the time. */
    private boolean isUnused(int first) {
        long at = (long) first * PAGE_SIZE_BYTES;
        Part part = partOf(at);
        int length = PAGES_IN_A_GLANCE * PAGE_SIZE_BYTES;
        if (part.end() - at < length) {
            return false;
        }
        for (int page = first; page < first + PAGES_IN_A_GLANCE; page++) {
            if (page < durable.length && durable[page] != null) {
                return false;
            }
        }
        ByteBuffer memory = part.memory.slice((int) (at - part.offset), length);
        return memory.mismatch(ByteBuffer.wrap(MANY_ZEROS)) < 0;
    }

    private boolean isDirty(int page) {
        byte[] onDisk = page < durable.length ? durable[page] : null;
        long at = (long) page * PAGE_SIZE_BYTES;
        int length = (int) Math.min(PAGE_SIZE_BYTES, size() - at);
        Part part = partOf(at);
        ByteBuffer memory = part.memory.slice((int) (at - part.offset), length);
        ByteBuffer known = ByteBuffer.wrap(onDisk == null ? ZEROS : onDisk, 0, length);
        return memory.mismatch(known) >= 0 && !Arrays.equals(page(page), dropped.get(page));
    }

    private void put(int page, byte[] bytes) {
        long at = (long) page * PAGE_SIZE_BYTES;
        Part part = partOf(at);
        int length = (int) Math.min(PAGE_SIZE_BYTES, part.end() - at);
        part.memory.put((int) (at - part.offset), bytes, 0, length);
    }

    private byte[] page(int page) {
        long at = (long) page * PAGE_SIZE_BYTES;
        Part part = partOf(at);
        byte[] bytes = new byte[PAGE_SIZE_BYTES];
        int length = (int) Math.min(PAGE_SIZE_BYTES, part.end() - at);
        part.memory.get((int) (at - part.offset), bytes, 0, length);
        return bytes;
    }

    /**
     * Takes pages for dirty again that a failed force had dropped. Whether the next process writes
     * to them all the same, as it must, cannot be seen here where it writes what they hold already.
     */
    void forgetDropped() {
        dropped.clear();
    }

    /** Gives its memory up; nobody may have it mapped any more. */
    void free() {
        parts.forEach(part -> Memory.giveBack(part.memory));
        parts.clear();
        outgrown.forEach(Memory::giveBack);
        outgrown.clear();
    }

    private static int pageOf(long offset) {
        return (int) (offset / PAGE_SIZE_BYTES);
    }

    private static int pageCount(long sizeBytes) {
        return (int) ((sizeBytes + PAGE_SIZE_BYTES - 1) / PAGE_SIZE_BYTES);
    }

    /**
     * A file at one moment.
     *
     * @param durable the pages on the disk
     * @param durableSize its size on the disk
     * @param size its size as the process saw it
     * @param dirty the pages on their way to the disk, as the process saw them
     * @param dropped the pages that a failed force has left in memory and not on the disk
     */
    record State(
            byte @Nullable [][] durable,
            long durableSize,
            long size,
            Map<Integer, byte[]> dirty,
            Map<Integer, byte[]> dropped) {

        /**
         * Returns the file as the death of the process leaves it: all of it is there, and what was
         * on its way to the disk is so still.
         */
        SimulatedFile killed() {
            SimulatedFile file = new SimulatedFile(durable.clone(), durableSize);
            file.grow(size);
            dropped.forEach(file::put);
            dirty.forEach(file::put);
            return file;
        }

        /** Returns the file as it is after a power cut. */
        SimulatedFile after(Loss loss, String name) {
            long kept = durableSize == size ? size : loss.size(durableSize, size);
            byte[][] pages = Arrays.copyOf(durable, pageCount(kept));
            dirty.forEach(
                    (page, bytes) -> {
                        int sectors = loss.keptSectors(name, page);
                        if (page < pages.length && sectors != 0) {
                            pages[page] = mixed(pages[page], bytes, sectors);
                        }
                    });
            return new SimulatedFile(pages, kept);
        }

        private static byte[] mixed(byte @Nullable [] old, byte[] bytes, int sectors) {
            byte[] mixed = old == null ? new byte[PAGE_SIZE_BYTES] : old.clone();
            for (int sector = 0; sector < PAGE_SIZE_BYTES / SECTOR_SIZE_BYTES; sector++) {
                if ((sectors >> sector & 1) != 0) {
                    int at = sector * SECTOR_SIZE_BYTES;
                    System.arraycopy(bytes, at, mixed, at, SECTOR_SIZE_BYTES);
                }
            }
            return mixed;
        }
    }
}
