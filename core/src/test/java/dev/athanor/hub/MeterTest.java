package dev.athanor.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Progress is steady. */
class MeterTest {
    private final AtomicLong now = new AtomicLong();
    private final FakeHub.Heard heard = new FakeHub.Heard();

    @Test
    void theRateIsThatOfTheNetworkAndTheTimeLeftFollowsFromIt() {
        Meter meter = new Meter(10_000, now::get, heard);
        meter.begin("a", 4000); // of an earlier run
        for (int i = 1; i <= 4; i++) {
            now.addAndGet(500_000_000); // 0.5 s
            meter.received(500, 4000 + 500 * i);
        }
        PullProgress last = heard.progress.getLast();
        assertEquals(6000, last.done());
        assertEquals(1000, last.bytesPerSecond(), 1e-6); // a quotient of two rounded sums
        assertEquals(4, last.secondsLeft(), 1e-6);
    }

    @Test
    void aFileThatBeginsAgainDoesNotTurnProgressBack() {
        Meter meter = new Meter(2000, now::get, heard);
        meter.begin("a", 0);
        now.addAndGet(1_000_000_000);
        meter.received(900, 900);
        now.addAndGet(1_000_000_000);
        meter.received(100, 100); // begun again
        assertEquals(900, heard.progress.getLast().done());
        meter.end(1000);
        meter.begin("b", 0);
        assertEquals(1000, heard.progress.getLast().done());
        assertEquals(1000, meter.received(), "all that came counts as downloaded");
    }

    @Test
    void oneSlowSecondDoesNotUndoTheRate() {
        Meter meter = new Meter(1_000_000, now::get, heard);
        meter.begin("a", 0);
        long have = 0;
        for (int i = 0; i < 20; i++) {
            now.addAndGet(1_000_000_000);
            have += 10_000;
            meter.received(10_000, have);
        }
        now.addAndGet(1_000_000_000);
        meter.received(1, have + 1);
        double rate = heard.progress.getLast().bytesPerSecond();
        // The last second weighs 1 in 1 + f (1 - f^20) / (1 - f) = 5.43 seconds, f = exp(-1/5): 8160 remain.
        assertTrue(rate > 8000 && rate < 8500, "found " + rate);
    }
}
