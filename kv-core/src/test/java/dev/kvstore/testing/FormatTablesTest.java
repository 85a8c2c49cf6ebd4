package dev.kvstore.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class FormatTablesTest {

    private static final String PAGE =
            """
            Layout: thing. Length: 8 bytes.

            | offset | size | field | meaning |
            |---|---|---|---|
            | 0 | 4 | magic | `ABCD` |
            | 4 | 4 | reserved | |

            <!-- example: thing -->

                0000   41 42   magic
                0002   43 44   the rest of it
            """;

    @Test
    void readsATable() {
        FormatTables tables = FormatTables.of(PAGE);

        assertThat(tables.offsets("thing").toString()).isEqualTo("{magic=0, reserved=4}");
        assertThat(tables.length("thing")).isEqualTo(8);
        assertThat(tables.size("thing", "reserved")).isEqualTo(4);
        assertThat(tables.literal("thing", "magic")).isEqualTo("ABCD");
        assertThat(tables.example("thing")).asString().isEqualTo("ABCD");
    }

    @Test
    void refusesAGap() {
        FormatTables tables = FormatTables.of(PAGE.replace("| 4 | 4 |", "| 5 | 3 |"));

        assertThatThrownBy(() -> tables.offsets("thing")).hasMessageContaining("is at 5, not at 4");
    }

    @Test
    void refusesAnotherSum() {
        FormatTables tables = FormatTables.of(PAGE.replace("| 4 | 4 |", "| 4 | 3 |"));

        assertThatThrownBy(() -> tables.offsets("thing")).hasMessageContaining("have 7, not 8");
    }

    @Test
    void refusesAnExampleWithAMissingByte() {
        FormatTables tables = FormatTables.of(PAGE.replace("41 42", "41"));

        assertThatThrownBy(() -> tables.example("thing")).hasMessageContaining("At byte 1");
    }
}
