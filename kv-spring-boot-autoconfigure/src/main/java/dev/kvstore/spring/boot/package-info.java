/**
 * What an application asks for beside a {@link dev.kvstore.KeyValueStore}: all of its stores,
 * {@link dev.kvstore.spring.boot.KeyValueStores by name}, and a base of stores that pass calls on
 * to another.
 */
@NullMarked
package dev.kvstore.spring.boot;

import org.jspecify.annotations.NullMarked;
