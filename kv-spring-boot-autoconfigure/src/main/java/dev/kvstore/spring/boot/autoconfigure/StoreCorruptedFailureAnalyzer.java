package dev.kvstore.spring.boot.autoconfigure;

import dev.kvstore.StoreCorruptedException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Explains a store whose files are damaged. Its own message says what to run. */
final class StoreCorruptedFailureAnalyzer extends AbstractFailureAnalyzer<StoreCorruptedException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, StoreCorruptedException cause) {
        String place = cause.offset() < 0 ? "" : " at offset " + cause.offset();
        return new FailureAnalysis(
                "The key-value store's file %s is damaged%s. %s"
                        .formatted(cause.file(), place, cause.getMessage()),
                "Nothing was changed or dropped. Copy the whole directory before anything else,"
                        + " check the disk, and then do what the description says or restore a backup.",
                cause);
    }
}
