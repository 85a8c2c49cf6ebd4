package dev.kvstore.testing;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicLong;

/** A clock that stands still until a test moves it, forwards or back. Safe for any thread. */
public final class MutableClock extends Clock {

    private final AtomicLong millis =
            new AtomicLong(Instant.parse("2030-01-01T00:00:00Z").toEpochMilli());

    public void advance(Duration duration) {
        millis.addAndGet(duration.toMillis());
    }

    public void turnBack(Duration duration) {
        millis.addAndGet(-duration.toMillis());
    }

    public void setMillis(long now) {
        millis.set(now);
    }

    @Override
    public long millis() {
        return millis.get();
    }

    @Override
    public Instant instant() {
        return Instant.ofEpochMilli(millis.get());
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        return this;
    }
}
