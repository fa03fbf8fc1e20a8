package dev.athanor.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;

class WorkersTest {
    @Test
    void everyTaskRunsOnceHoweverManyThreads() {
        for (int threads : new int[] {1, 2, 4}) {
            try (Workers workers = new Workers(threads)) {
                for (int round = 0; round < 200; round++) {
                    AtomicIntegerArray runs = new AtomicIntegerArray(37);
                    workers.run(37, (task, worker) -> runs.incrementAndGet(task));
                    for (int i = 0; i < 37; i++) {
                        assertEquals(1, runs.get(i), "task " + i + " on " + threads + " threads in round " + round);
                    }
                }
            }
        }
    }

    @Test
    void workersWakeUpAgainAfterALongPause() throws InterruptedException {
        try (Workers workers = new Workers(2)) {
            for (int round = 0; round < 5; round++) {
                Thread.sleep(20); // far longer than a worker spins
                AtomicIntegerArray runs = new AtomicIntegerArray(8);
                workers.run(8, (task, worker) -> runs.incrementAndGet(task));
                for (int i = 0; i < 8; i++) {
                    assertEquals(1, runs.get(i), "task " + i);
                }
            }
        }
    }

    @Test
    void aFailingTaskFailsTheLoopAndLeavesTheWorkersUsable() {
        try (Workers workers = new Workers(2)) {
            IllegalStateException e = assertThrows(
                    IllegalStateException.class,
                    () -> workers.run(16, (task, worker) -> {
                        if (task == 5) {
                            throw new IllegalStateException("task 5");
                        }
                    }));
            assertEquals("task 5", e.getMessage());
            AtomicIntegerArray runs = new AtomicIntegerArray(1);
            workers.run(4, (task, worker) -> runs.incrementAndGet(0));
            assertEquals(4, runs.get(0));
        }
    }

    @Test
    void aRoutineDoesLoopsAndStepsAgainInTheirOrderAndNothingElse() {
        for (int threads : new int[] {1, 2, 4}) {
            try (Workers workers = new Workers(threads)) {
                List<String> done = new ArrayList<>();
                AtomicIntegerArray runs = new AtomicIntegerArray(5);
                Routine routine = workers.write(() -> {
                    workers.run(1, (task, worker) -> done.add("loop"));
                    done.add("outside");
                    workers.once(1, (task, worker) -> done.add("once"));
                    workers.step(() -> {
                        workers.run(5, (task, worker) -> runs.incrementAndGet(task));
                        done.add("step after " + runs.get(0));
                    });
                    workers.run(5, (task, worker) -> runs.incrementAndGet(task));
                });
                assertEquals(List.of("loop", "outside", "once", "step after 1"), done, threads + " threads, written");
                done.clear();
                routine.run(workers);
                assertEquals(List.of("loop", "step after 3"), done, threads + " threads, again");
                for (int i = 0; i < 5; i++) {
                    assertEquals(4, runs.get(i), "task " + i + " on " + threads + " threads");
                }
            }
        }
    }

    @Test
    void aPassThatBreaksOffIsNotWrittenDownAnyLonger() {
        try (Workers workers = new Workers(2)) {
            List<String> done = new ArrayList<>();
            assertThrows(
                    IllegalStateException.class,
                    () -> workers.write(() -> workers.step(() -> {
                        throw new IllegalStateException("step");
                    })));
            workers.run(1, (task, worker) -> done.add("outside"));
            workers.write(() -> {}).run(workers);
            assertEquals(List.of("outside"), done);
        }
    }
}
