/**
 * Recovery: everything that judges bytes it did not just write. Finds where the log ends, tells a
 * torn end from damage, and rebuilds the index. Everything enters through {@link
 * dev.kvstore.internal.recovery.Recovery}.
 */
@NullMarked
package dev.kvstore.internal.recovery;

import org.jspecify.annotations.NullMarked;
