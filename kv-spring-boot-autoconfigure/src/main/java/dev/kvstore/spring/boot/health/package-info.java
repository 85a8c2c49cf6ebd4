/** Health of a store, told from figures that it has at hand. */
@NullMarked
package dev.kvstore.spring.boot.health;

import org.jspecify.annotations.NullMarked;
