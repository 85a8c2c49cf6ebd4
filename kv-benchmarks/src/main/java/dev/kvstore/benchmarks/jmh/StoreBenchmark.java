package dev.kvstore.benchmarks.jmh;

import dev.kvstore.benchmarks.adapter.JvmFlags;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What all benchmarks have in common: operations a second, in fresh JVMs with much heap. {@code
 * -jvmArgs -Xmx64m} changes the heap.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(
        value = 3,
        jvmArgs = "-Xmx8g",
        jvmArgsAppend = {
            JvmFlags.NIO_CHANNELS,
            JvmFlags.NIO_CHANNELS_OPEN,
            JvmFlags.NIO,
            JvmFlags.REF,
            JvmFlags.LANG,
            JvmFlags.REFLECT,
            JvmFlags.IO,
            JvmFlags.UTIL,
            JvmFlags.COMPILER,
            JvmFlags.COMPILER_FILES
        })
public abstract class StoreBenchmark {}
