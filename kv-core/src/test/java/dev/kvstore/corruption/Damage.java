package dev.kvstore.corruption;

import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/**
 * Ways to change the files of a store. Each answers changed files and leaves the given ones alone.
 */
final class Damage {

    private Damage() {}

    static Map<String, byte[]> flip(Map<String, byte[]> files, String name, int at, int bit) {
        return with(
                files,
                name,
                bytes -> {
                    bytes[at] ^= (byte) (1 << bit);
                    return bytes;
                });
    }

    static Map<String, byte[]> zero(Map<String, byte[]> files, String name, int from, int size) {
        return with(
                files,
                name,
                bytes -> {
                    Arrays.fill(bytes, from, Math.min(bytes.length, from + size), (byte) 0);
                    return bytes;
                });
    }

    static Map<String, byte[]> truncate(Map<String, byte[]> files, String name, int size) {
        return with(files, name, bytes -> Arrays.copyOf(bytes, Math.min(bytes.length, size)));
    }

    static Map<String, byte[]> append(
            Map<String, byte[]> files, String name, int size, Random random) {
        byte[] garbage = new byte[size];
        random.nextBytes(garbage);
        return with(
                files,
                name,
                bytes -> {
                    byte[] longer = Arrays.copyOf(bytes, bytes.length + size);
                    System.arraycopy(garbage, 0, longer, bytes.length, size);
                    return longer;
                });
    }

    static Map<String, byte[]> overwrite(
            Map<String, byte[]> files, String name, int from, byte[] by) {
        return with(
                files,
                name,
                bytes -> {
                    System.arraycopy(by, 0, bytes, from, Math.min(by.length, bytes.length - from));
                    return bytes;
                });
    }

    static Map<String, byte[]> swap(Map<String, byte[]> files, String one, String other) {
        Map<String, byte[]> changed = new TreeMap<>(files);
        changed.put(one, files.get(other));
        changed.put(other, files.get(one));
        return changed;
    }

    static Map<String, byte[]> put(Map<String, byte[]> files, String name, byte[] content) {
        Map<String, byte[]> changed = new TreeMap<>(files);
        changed.put(name, content);
        return changed;
    }

    static Map<String, byte[]> without(Map<String, byte[]> files, String name) {
        Map<String, byte[]> changed = new TreeMap<>(files);
        changed.remove(name);
        return changed;
    }

    static Map<String, byte[]> with(
            Map<String, byte[]> files, String name, UnaryOperator<byte[]> change) {
        return put(files, name, change.apply(files.get(name).clone()));
    }
}
