/** Files that changed while the store was closed: what a store may make of them, and what not. */
@NullMarked
package dev.kvstore.corruption;

import org.jspecify.annotations.NullMarked;
