/**
 * The stores under measurement, each behind a {@link dev.kvstore.benchmarks.adapter.StoreAdapter}:
 * ours and the limits here, the peers in the package {@code peer}, which a build with the profile
 * {@code peers} adds.
 */
@NullMarked
package dev.kvstore.benchmarks.adapter;

import org.jspecify.annotations.NullMarked;
