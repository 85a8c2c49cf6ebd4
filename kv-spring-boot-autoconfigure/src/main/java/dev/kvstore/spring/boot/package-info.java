/**
 * What an application asks for beside a {@link dev.kvstore.KeyValueStore}, and a base of stores
 * that pass calls on to another.
 */
@NullMarked
package dev.kvstore.spring.boot;

import org.jspecify.annotations.NullMarked;
