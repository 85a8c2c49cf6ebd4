/** Verification, repair and backup of the store's own files. */
@NullMarked
package dev.kvstore.salvage;

import org.jspecify.annotations.NullMarked;
