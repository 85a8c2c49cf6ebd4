/**
 * What tests stand on: how a test gets a store and how the store is checked afterwards, a clock
 * that is set by hand, seeds, and workers whose failures are seen. Knows the public API only.
 */
@NullMarked
package dev.kvstore.testing;

import org.jspecify.annotations.NullMarked;
