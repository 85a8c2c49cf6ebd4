/** Auto-configuration of typed use with values as JSON. */
@NullMarked
package dev.kvstore.spring.boot.autoconfigure.json;

import org.jspecify.annotations.NullMarked;
