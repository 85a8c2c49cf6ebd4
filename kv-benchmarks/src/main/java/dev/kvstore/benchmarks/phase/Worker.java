package dev.kvstore.benchmarks.phase;

import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** One part of a run, in a JVM that a command started for it. */
@Command(name = "Worker")
public final class Worker implements Callable<Integer> {

    /** The parts, in order. */
    public enum Part {
        /** All that ends in a store that is closed properly. */
        UNTIL_CLOSED,
        /** Writes until the process is killed. */
        UNTIL_KILLED,
        /** Opens and checks what the killed process left. */
        AFTER_KILL
    }

    @Parameters(index = "0")
    private Part part;

    @Mixin private RunOptions options = new RunOptions();

    /** Runs the part that the arguments name. */
    public static void main(String... arguments) {
        System.exit(new CommandLine(new Worker()).execute(arguments));
    }

    @Override
    public Integer call() {
        long start = System.nanoTime();
        Phases phases = new Phases(options, new Report(System.out));
        double secondsToOpen = (System.nanoTime() - start) / 1e9;
        switch (part) {
            case UNTIL_CLOSED -> phases.untilClosed();
            case UNTIL_KILLED -> phases.untilKilled();
            case AFTER_KILL -> phases.afterKill(secondsToOpen);
        }
        return 0;
    }
}
