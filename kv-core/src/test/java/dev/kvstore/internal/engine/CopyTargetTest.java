package dev.kvstore.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.kvstore.KeyValueStore;
import dev.kvstore.StoreLockedException;
import dev.kvstore.StoreTargetException;
import dev.kvstore.internal.storage.DiskStorage;
import dev.kvstore.internal.storage.Storage;
import dev.kvstore.testing.Interception;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A copy that fails takes away what it has written, and nothing that somebody else did. */
class CopyTargetTest {

    @TempDir Path root;

    private Path target;
    private Storage source;

    @BeforeEach
    void openSource() throws IOException {
        target = root.resolve("target");
        source = DiskStorage.open(root.resolve("source"), true);
    }

    @Test
    void aStoreThatIsBegunMeanwhileIsLeftAlone() {
        KeyValueStore[] other = new KeyValueStore[1];
        Storage racing =
                whoseTargets(
                        () -> {
                            other[0] = KeyValueStore.open(target);
                            other[0].set("key", "value");
                        });

        assertThatExceptionOfType(StoreLockedException.class)
                .isThrownBy(() -> CopyTarget.fill(racing, target, CopyTargetTest::notCalled));

        other[0].set("another", "value");
        other[0].close();
        assertBothAreThere();
    }

    @Test
    void aStoreThatWasBegunAndClosedMeanwhileIsLeftAlone() {
        Storage racing =
                whoseTargets(
                        () -> {
                            try (KeyValueStore other = KeyValueStore.open(target)) {
                                other.set("key", "value");
                                other.set("another", "value");
                            }
                        });

        assertThatExceptionOfType(StoreTargetException.class)
                .isThrownBy(() -> CopyTarget.fill(racing, target, CopyTargetTest::notCalled))
                .withMessageContaining("not empty any more");

        assertBothAreThere();
    }

    @Test
    void nobodyBeginsAStoreWhileTheCopyIsWritten() throws IOException {
        CopyTarget.fill(
                source,
                target,
                copy -> {
                    copy.allocate("part", 10);
                    assertThatExceptionOfType(StoreLockedException.class)
                            .isThrownBy(() -> KeyValueStore.open(target));
                    return "done";
                });

        assertThat(target.resolve("part")).exists();
    }

    @Test
    void whatFailsIsRemoved() {
        IOException failure = new IOException("Input/output error (simulated)");

        assertThatExceptionOfType(IOException.class)
                .isThrownBy(
                        () ->
                                CopyTarget.fill(
                                        source,
                                        target,
                                        copy -> {
                                            copy.allocate("part", 10);
                                            throw failure;
                                        }))
                .isSameAs(failure);

        assertThat(target).isEmptyDirectory();
    }

    private static Void notCalled(Storage copy) {
        throw new AssertionError("Something was written to " + copy.directory());
    }

    private void assertBothAreThere() {
        try (KeyValueStore other = KeyValueStore.open(target)) {
            assertThat(other.get("key")).isEqualTo("value");
            assertThat(other.get("another")).isEqualTo("value");
        }
    }

    /** The source, after whose look at the target something happens there. */
    private Storage whoseTargets(Runnable change) {
        return Interception.of(
                Storage.class,
                source,
                call -> {
                    Object result = call.proceed();
                    if (call.isOf("createEmpty")) {
                        change.run();
                    }
                    return result;
                });
    }
}
