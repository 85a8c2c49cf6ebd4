/**
 * A store so simple that it is right by inspection, and long random sequences of operations that
 * hold other stores against it.
 */
@NullMarked
package dev.kvstore.model;

import org.jspecify.annotations.NullMarked;
