/**
 * What every {@link dev.kvstore.KeyValueStore} must do, as abstract suites against the interface
 * alone, one for each level. An implementation runs a suite by extending it and saying how a store
 * is opened.
 */
@NullMarked
package dev.kvstore.contract;

import org.jspecify.annotations.NullMarked;
