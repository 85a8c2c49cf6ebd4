/** An application with one slow method, whose results are cached in a store. */
@NullMarked
package dev.kvstore.example;

import org.jspecify.annotations.NullMarked;
