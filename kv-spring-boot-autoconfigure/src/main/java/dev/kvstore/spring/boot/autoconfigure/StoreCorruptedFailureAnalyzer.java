package dev.kvstore.spring.boot.autoconfigure;

import dev.kvstore.StoreCorruptedException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Explains a store whose files are damaged. Its own message says what to run. */
final class StoreCorruptedFailureAnalyzer extends AbstractFailureAnalyzer<StoreCorruptedException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, StoreCorruptedException cause) {
        return new FailureAnalysis(
                cause.getMessage(),
                "Copy the whole directory before you change anything in it, and then do what the"
                        + " description says. Damage that comes back points to a failing disk.",
                cause);
    }
}
