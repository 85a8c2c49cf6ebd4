package dev.kvstore.internal.log;

/**
 * The layout of a hint file: a header, then, if they are worth their space, one entry for each
 * record of a value or tombstone. See docs/format.md, "Hint".
 */
final class HintFormat {

    static final long MAGIC = 0x31544e494853564bL; // "KVSHINT1"
    static final int VERSION = 1;

    static final int MAGIC_OFFSET = 0;
    static final int VERSION_OFFSET = 8;
    static final int SEGMENT_ID_OFFSET = 12;
    static final int STORE_ID_OFFSET = 16;
    static final int GENERATION_OFFSET = 24;
    static final int END_OFFSET = 32;
    static final int ENTRY_COUNT_OFFSET = 36;
    static final int TOMBSTONE_GENERATION_OFFSET = 40;
    static final int LAST_SEQUENCE_OFFSET = 48;
    static final int EARLIEST_EXPIRY_OFFSET = 56;
    static final int LATEST_EXPIRY_OFFSET = 64;
    static final int EXPIRING_BYTES_OFFSET = 72;
    static final int LISTED_OFFSET = 80;
    static final int CHECKSUM_OFFSET = 84;
    static final int HEADER_SIZE_BYTES = 88;

    static final int ENTRY_HASH_OFFSET = 0;
    static final int ENTRY_SEQUENCE_OFFSET = 8;
    static final int ENTRY_ADDRESS_OFFSET = 16;
    static final int ENTRY_SIZE_OFFSET = 20;
    static final int ENTRY_SIZE_BYTES = 24;

    /** In the size of an entry: the record is a tombstone. */
    static final int TOMBSTONE_BIT = 1 << 31;

    private HintFormat() {}
}
