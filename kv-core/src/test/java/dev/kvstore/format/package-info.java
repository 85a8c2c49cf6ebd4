/** Stores written by earlier releases, which every later one has to open. */
@NullMarked
package dev.kvstore.format;

import org.jspecify.annotations.NullMarked;
