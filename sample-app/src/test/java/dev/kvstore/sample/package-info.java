@NullMarked
package dev.kvstore.sample;

import org.jspecify.annotations.NullMarked;
