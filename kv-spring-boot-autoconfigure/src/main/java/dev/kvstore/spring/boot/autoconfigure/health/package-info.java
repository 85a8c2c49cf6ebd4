/** Auto-configuration of the store's health; needs {@code spring-boot-health}. */
@NullMarked
package dev.kvstore.spring.boot.autoconfigure.health;

import org.jspecify.annotations.NullMarked;
