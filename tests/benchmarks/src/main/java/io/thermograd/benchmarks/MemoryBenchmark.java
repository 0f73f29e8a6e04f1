package io.thermograd.benchmarks;

import io.thermograd.stream.AnalysisConfig;
import io.thermograd.stream.FoldOutput;
import io.thermograd.stream.NoRejections;
import io.thermograd.stream.RunFold;
import io.thermograd.wire.EventCodec;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Heap of a live run's state, and the size of its snapshot. */
final class MemoryBenchmark {
  private static final int RUNS = 500;
  private static final int STEPS = 200;

  private MemoryBenchmark() {}

  static void run() throws Exception {
    SyntheticRuns events = new SyntheticRuns(3);
    long before = usedHeap();
    FoldOutput nowhere = new NoRejections();
    List<RunFold> folds = new ArrayList<>();
    for (int r = 0; r < RUNS; r++) {
      RunFold fold = new RunFold(SyntheticRuns.runId(r), AnalysisConfig.DEFAULT);
      fold.apply(SyntheticRuns.started(r), nowhere);
      for (int s = 0; s < STEPS; s++) {
        // Through the codec, so that a state that held on to a record's bytes would show.
        byte[] bytes = EventCodec.encode(events.step(r, s, 1e9 + s));
        fold.apply(EventCodec.decode(bytes), nowhere);
      }
      folds.add(fold);
    }
    long after = usedHeap();
    ByteArrayOutputStream snapshot = new ByteArrayOutputStream();
    folds.get(0).writeTo(new DataOutputStream(snapshot));
    System.out.printf(
        Locale.ROOT,
        "%nMemory, dim %d, m = %d: %.1f KiB of heap a run (aim ≤ 1,024), snapshot %.1f KiB%n",
        SyntheticRuns.DIM,
        SyntheticRuns.MICRO_BATCHES,
        (after - before) / 1024.0 / folds.size(),
        snapshot.size() / 1024.0);
  }

  private static long usedHeap() throws InterruptedException {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 5; i++) {
      System.gc();
      Thread.sleep(100);
      Runtime runtime = Runtime.getRuntime();
      least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
    }
    return least;
  }
}
