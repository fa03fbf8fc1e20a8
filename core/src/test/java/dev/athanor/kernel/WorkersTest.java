package dev.athanor.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

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
}
