package dev.athanor.bench;

import dev.athanor.kernel.Workers;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What a parallel loop costs beside the work in it: tasks that do nothing, handed out and joined. A training step runs
 * some hundred loops, so a microsecond here is a tenth of a millisecond there.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 5, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
public class WorkersBenchmark {
    @Param({"1", "2"})
    int threads;

    @Param({"2", "64"})
    int tasks;

    private final Workers.Task nothing = (task, worker) -> {};
    private Workers workers = new Workers(1);

    @Setup(Level.Trial)
    public void start() {
        workers = new Workers(threads);
    }

    @TearDown(Level.Trial)
    public void stop() {
        workers.close();
    }

    @Benchmark
    public void emptyLoop() {
        workers.run(tasks, nothing);
    }
}
