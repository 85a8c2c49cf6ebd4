package dev.kvstore.internal.engine;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Description;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/** The second look at the generation alone. */
@JCStressTest
@Description("As RecycledSegment, and only the generation tells.")
@Outcome(
        id = "right",
        expect = Expect.ACCEPTABLE,
        desc = "A whole version, no older than the read.")
@Outcome(expect = Expect.FORBIDDEN, desc = "What the key never was, or was no more.")
@State
public class RecycledSegmentUnverified {

    private static final RecycledSegmentWorld WORLD = new RecycledSegmentWorld(false);

    @Actor
    public void write() {
        WORLD.write();
    }

    @Actor
    public void read(L_Result result) {
        result.r1 = WORLD.read();
    }
}
