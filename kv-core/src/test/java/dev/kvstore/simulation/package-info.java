/**
 * A disk in memory that forgets, fails and fills up when a test wants it to, and the tests that run
 * whole stores on it.
 */
@NullMarked
package dev.kvstore.simulation;

import org.jspecify.annotations.NullMarked;
