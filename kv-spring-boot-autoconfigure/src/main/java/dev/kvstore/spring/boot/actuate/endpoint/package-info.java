/**
 * Actuator endpoints: {@code kv} shows the figures of the stores, {@code compact} compacts them.
 * Stores are named by their beans.
 */
@NullMarked
package dev.kvstore.spring.boot.actuate.endpoint;

import org.jspecify.annotations.NullMarked;
