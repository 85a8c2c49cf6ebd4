/**
 * Storage: the only package that touches files. Everything enters through {@link
 * dev.kvstore.internal.storage.Storage}, which the disk implements here and a simulated disk in the
 * tests; the checksum and the threads on which files may be touched live here too. Depends on
 * nothing else of the engine.
 */
@NullMarked
package dev.kvstore.internal.storage;

import org.jspecify.annotations.NullMarked;
