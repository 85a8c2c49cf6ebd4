package dev.kvstore.internal.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import dev.kvstore.testing.FormatTables;
import org.junit.jupiter.api.Test;

/** Holds docs/format.md against the constants of the note of a clean close. */
class FormatDocTest {

    private static final FormatTables PAGE = FormatTables.read();

    @Test
    void closeNote() {
        assertThat(PAGE.offsets("close note header"))
                .containsExactly(
                        entry("last sequence", CloseNote.LAST_SEQUENCE_OFFSET),
                        entry("segment count", CloseNote.SEGMENT_COUNT_OFFSET),
                        entry("reserved", CloseNote.SEGMENT_COUNT_OFFSET + Integer.BYTES));
        assertThat(PAGE.length("close note header")).isEqualTo(CloseNote.HEADER_SIZE_BYTES);
        assertThat(PAGE.offsets("close note entry"))
                .containsExactly(
                        entry("generation", CloseNote.GENERATION_OFFSET),
                        entry("state", CloseNote.STATE_OFFSET),
                        entry("tail", CloseNote.TAIL_OFFSET),
                        entry("live bytes", CloseNote.LIVE_BYTES_OFFSET),
                        entry("tombstone bytes", CloseNote.TOMBSTONE_BYTES_OFFSET),
                        entry("dead records", CloseNote.DEAD_RECORDS_OFFSET),
                        entry("tombstone generation", CloseNote.TOMBSTONE_GENERATION_OFFSET),
                        entry("earliest expiry", CloseNote.EARLIEST_EXPIRY_OFFSET),
                        entry("latest expiry", CloseNote.LATEST_EXPIRY_OFFSET),
                        entry("expiring bytes", CloseNote.EXPIRING_BYTES_OFFSET));
        assertThat(PAGE.length("close note entry")).isEqualTo(CloseNote.ENTRY_SIZE_BYTES);
    }
}
