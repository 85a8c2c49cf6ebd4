/** The commands: runs of a store as a whole, as opposed to the JMH benchmarks of one operation. */
@NullMarked
package dev.kvstore.benchmarks;

import org.jspecify.annotations.NullMarked;
