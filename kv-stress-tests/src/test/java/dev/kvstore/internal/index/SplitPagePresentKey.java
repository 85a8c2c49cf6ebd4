package dev.kvstore.internal.index;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Description;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/** A key is looked for that is always there, while its page splits. */
@JCStressTest
@Description("The second look at the page table.")
@Outcome(
        id = "right",
        expect = Expect.ACCEPTABLE,
        desc = "Found, and no older address than there was before.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Never was true while it was looked for.")
@State
public class SplitPagePresentKey {

    private static final SplitPageWorld WORLD = new SplitPageWorld();

    @Actor
    public void write() {
        WORLD.write();
    }

    @Actor
    public void read(L_Result result) {
        result.r1 = WORLD.readSteady();
    }
}
