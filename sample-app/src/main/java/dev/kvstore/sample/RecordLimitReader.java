package dev.kvstore.sample;

import java.io.FilterReader;
import java.io.IOException;
import java.io.Reader;
import org.apache.commons.csv.CSVException;

/**
 * Fails when a CSV record does not end within reasonable length. A quote that is never closed would
 * otherwise make one record of the rest of the file, and the parser hold it.
 */
final class RecordLimitReader extends FilterReader {

    private static final int MOST_CHARACTERS = 64 * 1024;

    private int read;

    RecordLimitReader(Reader in) {
        super(in);
    }

    /** Starts counting for the next record; what the parser has read ahead does not count. */
    void recordDone() {
        read = 0;
    }

    @Override
    public int read() throws IOException {
        int character = super.read();
        count(1);
        return character;
    }

    @Override
    public int read(char[] buffer, int offset, int length) throws IOException {
        int count = super.read(buffer, offset, length);
        count(count);
        return count;
    }

    private void count(int characters) throws CSVException {
        read += characters;
        if (read > MOST_CHARACTERS) {
            throw new CSVException(
                    "a line of more than 64 KiB, perhaps after a quote that is never closed");
        }
    }
}
