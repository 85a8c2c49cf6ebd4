/**
 * Short links to the Javadoc: what an application on the store looks like. Start reading at {@link
 * dev.kvstore.sample.LinkRepository}, the only class that knows how links are stored.
 */
@NullMarked
package dev.kvstore.sample;

import org.jspecify.annotations.NullMarked;
