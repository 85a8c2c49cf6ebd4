/**
 * Typed use of stores with values as JSON: {@link dev.kvstore.spring.boot.json.JsonCodec} for any
 * store, and {@link dev.kvstore.spring.boot.json.TypedStores}, a bean, by a store's name.
 */
@NullMarked
package dev.kvstore.spring.boot.json;

import org.jspecify.annotations.NullMarked;
