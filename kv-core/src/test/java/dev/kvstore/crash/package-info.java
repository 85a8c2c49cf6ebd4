/** Processes that die at any moment, and what the next one finds. */
@NullMarked
package dev.kvstore.crash;

import org.jspecify.annotations.NullMarked;
