/**
 * Auto-configuration of the store: from the properties under {@code kv} to a bean that opens early
 * and closes late, and from the ways that can fail to an explanation. Everything a user may call is
 * public: the properties and {@link
 * dev.kvstore.spring.boot.autoconfigure.KeyValueStoreBuilderCustomizer}.
 */
@NullMarked
package dev.kvstore.spring.boot.autoconfigure;

import org.jspecify.annotations.NullMarked;
