package io.thermograd.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.thermograd.wire.Insight;
import io.thermograd.wire.Quantity;
import io.thermograd.wire.RunSummary;
import io.thermograd.wire.Severity;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LiveStoreTest {
  private static final double T0 = Synthetic.T0;

  @Test
  void givesBackExactlyTheInsightsItTook() {
    LiveStore store = new LiveStore();
    List<Insight> given = new ArrayList<>();
    for (long step = 0; step < 4_000; step += 40) {
      given.add(Synthetic.insight("a", 0, step, T0));
    }
    given.add(Synthetic.allAbsent("a", 5_000, T0));
    given.forEach(store::accept);
    assertThat(store.insights("a", OptionalInt.empty(), -1))
        .extracting(CompactInsight::toInsight)
        .isEqualTo(given);
  }

  @Test
  void ordersByStepWhateverOrderInsightsComeIn() {
    LiveStore store = new LiveStore();
    List<Insight> insights = new ArrayList<>();
    for (long step = 0; step < 300; step++) {
      insights.add(Synthetic.insight("a", 0, step, T0));
    }
    Collections.shuffle(insights, new Random(3));
    insights.forEach(store::accept);
    assertThat(steps(store, "a")).isSorted().hasSize(300).doesNotHaveDuplicates();
  }

  @Test
  void knowsAnInsightByRunAttemptAndStep() {
    LiveStore store = new LiveStore();
    Synthetic.feed(store, "a", 0, 0, 500, 10, T0);
    Synthetic.feed(store, "a", 0, 0, 500, 10, T0);
    Synthetic.feed(store, "a", 1, 0, 500, 10, T0);
    assertThat(store.counts().points()).isEqualTo(100);
    assertThat(store.counts().duplicates()).isEqualTo(50);
    Insight other = withLoss("a", 0, 20, 77);
    store.accept(other);
    assertThat(store.insights("a", OptionalInt.of(0), 19).get(0).toInsight()).isEqualTo(other);
    assertThat(store.counts().points()).isEqualTo(100);
  }

  @Test
  void sinceIsExclusive() {
    LiveStore store = new LiveStore();
    Synthetic.feed(store, "a", 0, 0, 100, 10, T0);
    assertThat(store.insights("a", OptionalInt.empty(), 70))
        .extracting(CompactInsight::step)
        .containsExactly(80L, 90L);
    assertThat(store.insights("a", OptionalInt.empty(), Long.MAX_VALUE)).isEmpty();
    assertThat(store.insights("a", OptionalInt.of(4), -1)).isEmpty();
    assertThat(store.insights("b", OptionalInt.empty(), -1)).isEmpty();
  }

  @Test
  void thinsOlderPointsEvenlyAndKeepsEverySpike() {
    LiveStore store = new LiveStore(new LiveLimits(10, 4, 400, 100_000, 10));
    // A flat loss with two lone spikes and a lone dip, far apart: a slow twin would keep them all.
    for (long step = 0; step < 20_000; step++) {
      double loss = step == 1_234 ? 50 : step == 9_876 ? 40 : step == 5_555 ? 0.001 : 1;
      store.accept(withLoss("a", 0, step, loss));
    }
    List<Long> steps = steps(store, "a");
    assertThat(steps).hasSizeLessThanOrEqualTo(400).hasSizeGreaterThan(100).isSorted();
    assertThat(steps).contains(0L, 1_234L, 9_876L, 5_555L, 19_999L);
    StoreCounts counts = store.counts();
    assertThat(counts.points()).isEqualTo(steps.size());
    assertThat(counts.thinned()).isEqualTo(20_000 - steps.size());
    // Even: thinned to 300 with the newest 75 kept, 225 points are left for the buckets, two each.
    // 20,000 steps over 112 buckets is a width of 179, as a power of two 256, and no gap reaches
    // from one end of a bucket beyond the other end of the next.
    long widest = 0;
    for (int i = 1; i < steps.size(); i++) {
      widest = Math.max(widest, steps.get(i) - steps.get(i - 1));
    }
    assertThat(widest).isLessThan(2 * 256);
    // The newest are all there.
    assertThat(steps.subList(steps.size() - 50, steps.size()))
        .containsExactlyElementsOf(
            java.util.stream.LongStream.range(19_950, 20_000).boxed().toList());
  }

  @Test
  void anOlderAttemptKeepsAQuarter() {
    LiveStore store = new LiveStore(new LiveLimits(10, 4, 400, 100_000, 10));
    Synthetic.feed(store, "a", 0, 0, 400, 1, T0);
    Synthetic.feed(store, "a", 1, 200, 300, 1, T0);
    assertThat(store.insights("a", OptionalInt.of(0), -1)).hasSizeLessThanOrEqualTo(100);
    assertThat(store.insights("a", OptionalInt.empty(), -1)).hasSize(100);
  }

  @Test
  void dropsTheOldestAttemptBeyondTheLimit() {
    LiveStore store = new LiveStore(new LiveLimits(10, 2, 400, 100_000, 10));
    for (int attempt = 0; attempt < 4; attempt++) {
      Synthetic.feed(store, "a", attempt, 0, 10, 1, T0);
    }
    store.accept(Synthetic.insight("a", 0, 50, T0));
    assertThat(store.run("a").orElseThrow().attempts())
        .extracting(RunView.Attempt::number)
        .containsExactly(2, 3);
    assertThat(store.counts().evictedAttempts()).isEqualTo(2);
    assertThat(store.counts().refused()).isEqualTo(1);
    assertThat(store.counts().points()).isEqualTo(20);
  }

  @Test
  void evictsTheOldestFinishedRunFirst() {
    LiveStore store = new LiveStore(new LiveLimits(3, 4, 400, 100_000, 10));
    store.accept(Synthetic.summary("running-old", 0, RunSummary.Status.RUNNING, -1, T0));
    store.accept(Synthetic.summary("done-older", 0, RunSummary.Status.COMPLETED, 10, T0 + 10));
    store.accept(Synthetic.summary("done-newer", 0, RunSummary.Status.FAILED, 10, T0 + 20));
    Synthetic.feed(store, "new", 0, 0, 10, 1, T0 + 30);
    assertThat(store.runs())
        .extracting(RunView::runId)
        .containsExactly("new", "done-newer", "running-old");
    assertThat(store.counts().evictedRuns()).isEqualTo(1);
    // What is older than all that is kept stays out, and is counted.
    store.accept(Synthetic.insight("ancient", 0, 0, T0 - 1_000));
    assertThat(store.run("ancient")).isEmpty();
    assertThat(store.counts().refused()).isEqualTo(1);
  }

  @Test
  void staysWithinTheTotalByThinningSilentRuns() {
    LiveStore store = new LiveStore(new LiveLimits(100, 4, 1_000, 5_000, 10));
    for (int run = 0; run < 12; run++) {
      Synthetic.feed(store, "run-" + run, 0, 0, 1_000, 1, T0 + 1_000 * run);
    }
    assertThat(store.counts().points()).isLessThanOrEqualTo(5_000);
    assertThat(store.counts().runs()).isEqualTo(12);
    assertThat(store.counts().points() + store.counts().thinned()).isEqualTo(12_000);
    assertThat(store.insights("run-11", OptionalInt.empty(), -1)).hasSize(1_000);
  }

  @Test
  void alertsAreKnownByKeyAndBounded() {
    LiveStore store = new LiveStore(new LiveLimits(10, 4, 400, 100_000, 5));
    for (int repeat = 0; repeat < 2; repeat++) {
      for (long step = 0; step < 5; step++) {
        store.accept(Synthetic.alert("a", 0, step, Severity.WARNING, T0));
      }
    }
    assertThat(store.counts().duplicates()).isEqualTo(5);
    store.accept(Synthetic.alert("a", 0, 2, Severity.CRITICAL, T0));
    assertThat(store.run("a").orElseThrow().alerts())
        .extracting(a -> a.step() + " " + a.kind())
        .containsExactly(
            "1 thermal_energy",
            "2 divergence",
            "2 thermal_energy",
            "3 thermal_energy",
            "4 thermal_energy");
    assertThat(store.counts().evictedAlerts()).isEqualTo(1);
  }

  @Test
  void anOlderSummaryDoesNotDisplaceANewerOne() {
    LiveStore store = new LiveStore();
    store.accept(Synthetic.summary("a", 0, RunSummary.Status.COMPLETED, 4_000, T0));
    store.accept(Synthetic.summary("a", 0, RunSummary.Status.RUNNING, -1, T0));
    RunSummary kept = store.run("a").orElseThrow().attempts().get(0).summary();
    assertThat(kept).isNotNull();
    assertThat(kept.status()).isEqualTo(RunSummary.Status.COMPLETED);
  }

  @Test
  void forgetsWhatTheDirectoryDropped() {
    LiveStore store = new LiveStore();
    Synthetic.feed(store, "a", 0, 0, 10, 1, T0);
    store.forget("a", 1);
    store.forget("b", 0);
    assertThat(store.counts().points()).isEqualTo(10);
    store.forget("a", 0);
    assertThat(store.runs()).isEmpty();
    assertThat(store.counts().points()).isZero();
  }

  @Test
  void announcesChangesInOrderAndOnlyOnceCaughtUp() {
    LiveStore store = new LiveStore();
    List<String> heard = new ArrayList<>();
    Runnable unsubscribe = store.subscribe(e -> heard.add(e.getClass().getSimpleName()));
    store.catchingUp();
    Synthetic.feed(store, "a", 0, 0, 10, 1, T0);
    assertThat(store.live()).isFalse();
    assertThat(heard).isEmpty();
    store.caughtUp();
    store.caughtUp();
    store.accept(Synthetic.insight("a", 0, 9, T0));
    store.accept(Synthetic.insight("a", 0, 10, T0));
    store.accept(Synthetic.alert("a", 0, 10, Severity.INFO, T0));
    store.accept(Synthetic.insight("a", 1, 3, T0));
    assertThat(heard)
        .containsExactly("Reload", "InsightStored", "AlertStored", "InsightStored", "RunChanged");
    unsubscribe.run();
    store.accept(Synthetic.insight("a", 1, 4, T0));
    assertThat(heard).hasSize(5);
  }

  @Test
  void losesNothingWhenManyThreadsWriteAndRead() throws InterruptedException {
    LiveStore store = new LiveStore();
    int threads = 8;
    CountDownLatch done = new CountDownLatch(threads);
    for (int t = 0; t < threads; t++) {
      int mine = t;
      new Thread(
              () -> {
                // Two threads each write the same run, in opposite directions.
                for (int i = 0; i < 400; i++) {
                  long step = mine % 2 == 0 ? i : 399 - i;
                  store.accept(Synthetic.insight("run-" + mine / 2, 0, step, T0));
                  store.runs();
                }
                done.countDown();
              })
          .start();
    }
    assertThat(done.await(60, TimeUnit.SECONDS)).isTrue();
    assertThat(store.counts().points()).isEqualTo(4 * 400);
    assertThat(store.counts().duplicates()).isEqualTo(4 * 400);
    assertThat(steps(store, "run-3")).hasSize(400).isSorted();
  }

  private static List<Long> steps(LiveStore store, String run) {
    return store.insights(run, OptionalInt.empty(), -1).stream().map(CompactInsight::step).toList();
  }

  private static Insight withLoss(String run, int attempt, long step, double loss) {
    return new Insight(
        run,
        attempt,
        step,
        T0 + step,
        Map.of("loss", Quantity.exact(loss, "reported")),
        Map.of(),
        Map.of(),
        null,
        List.of(),
        null);
  }
}
