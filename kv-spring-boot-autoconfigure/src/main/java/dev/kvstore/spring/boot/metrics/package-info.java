/**
 * Meters and observations of stores, for Micrometer. Figures are asked for when a registry wants
 * them, and cost nothing before; single operations are timed or observed only where an application
 * wants that.
 */
@NullMarked
package dev.kvstore.spring.boot.metrics;

import org.jspecify.annotations.NullMarked;
