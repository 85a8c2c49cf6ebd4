/** Auto-configuration of a cache manager on a store, opt-in by {@code kv.cache.enabled}. */
@NullMarked
package dev.kvstore.spring.boot.autoconfigure.cache;

import org.jspecify.annotations.NullMarked;
