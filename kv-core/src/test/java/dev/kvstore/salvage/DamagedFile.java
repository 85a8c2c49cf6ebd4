package dev.kvstore.salvage;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/** Changes bytes of a file, also of one that a store has open. */
final class DamagedFile {

    private final Path file;

    DamagedFile(Path file) {
        this.file = file;
    }

    byte[] read(long offset, int size) {
        byte[] bytes = new byte[size];
        try (RandomAccessFile access = new RandomAccessFile(file.toFile(), "r")) {
            access.seek(offset);
            access.readFully(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes;
    }

    void write(long offset, byte[] bytes) {
        try (RandomAccessFile access = new RandomAccessFile(file.toFile(), "rw")) {
            access.seek(offset);
            access.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void flip(long offset) {
        byte[] bytes = read(offset, 1);
        bytes[0] ^= 1;
        write(offset, bytes);
    }

    long size() {
        return file.toFile().length();
    }

    @Override
    public String toString() {
        return file.getFileName().toString();
    }
}
