/** Auto-configuration of the stores' meters and observations; needs Micrometer. */
@NullMarked
package dev.kvstore.spring.boot.autoconfigure.metrics;

import org.jspecify.annotations.NullMarked;
