/** Many threads on one store, and checks of what each of them saw. */
@NullMarked
package dev.kvstore.concurrent;

import org.jspecify.annotations.NullMarked;
