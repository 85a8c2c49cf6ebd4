package dev.kvstore.spring.boot.autoconfigure;

import dev.kvstore.StoreLockedException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Explains a store that is open elsewhere. */
final class StoreLockedFailureAnalyzer extends AbstractFailureAnalyzer<StoreLockedException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, StoreLockedException cause) {
        return new FailureAnalysis(cause.getMessage(), action(cause), cause);
    }

    private static String action(StoreLockedException cause) {
        if (cause.sameJvm()) {
            return "This very process has the store open already: in another application context,"
                    + " or by a call of its own. Share one KeyValueStore bean, or give each store"
                    + " a directory of its own with 'kv.data-path'.";
        }
        String owner = cause.ownerPid() < 0 ? "the other process" : "process " + cause.ownerPid();
        return "Stop %s if it should not run, or set 'kv.data-path' to another directory."
                .formatted(owner);
    }
}
