package io.thermograd.live;

import io.thermograd.wire.RunSummary;
import io.thermograd.wire.Severity;
import java.util.Random;

/**
 * The page with synthetic runs of every awkward kind, for working on it by hand: {@code mvn -pl
 * dashboards/live -am test-compile} and run with the test class path.
 */
final class LivePreview {
  private LivePreview() {}

  public static void main(String[] args) throws Exception {
    LiveStore store = new LiveStore();
    double now = System.currentTimeMillis() / 1e3;
    fill(store, now);
    LiveServer server =
        LiveServer.start(
            store, LiveServerOptions.loopback(args.length > 0 ? Integer.parseInt(args[0]) : 8090));
    System.out.println(server.url());
    long step = 3_600;
    for (; step < 6_000; step += 20) {
      Thread.sleep(500);
      store.accept(Synthetic.insight("digits-live", 0, step, now - 90));
    }
    Thread.currentThread().join();
  }

  /** One run of every kind the page has to stand, and fifty more for the list. */
  static void fill(LiveStore store, double now) {
    run(store, "digits-live", 0, RunSummary.Status.RUNNING, now - 90);
    Synthetic.feed(store, "digits-live", 0, 0, 3_600, 20, now - 90);
    store.accept(Synthetic.alert("digits-live", 0, 3_060, Severity.WARNING, now - 90));

    run(store, "restarted", 0, RunSummary.Status.FAILED, now - 400);
    run(store, "restarted", 1, RunSummary.Status.RUNNING, now - 120);
    Synthetic.feed(store, "restarted", 0, 0, 4_000, 25, now - 400);
    Synthetic.feed(store, "restarted", 1, 2_500, 4_800, 25, now - 120);
    store.accept(Synthetic.alert("restarted", 0, 3_060, Severity.WARNING, now - 400));
    store.accept(Synthetic.alert("restarted", 0, 3_900, Severity.CRITICAL, now - 400));

    run(store, "diverged", 0, RunSummary.Status.FAILED, now - 600);
    for (long step = 0; step < 2_200; step += 5) {
      store.accept(Synthetic.diverging("diverged", step, now - 600));
    }
    store.accept(Synthetic.alert("diverged", 0, 2_030, Severity.CRITICAL, now - 600));

    run(store, "hopping", 0, RunSummary.Status.RUNNING, now - 100);
    for (long step = 0; step < 4_000; step += 10) {
      store.accept(Synthetic.hopping("hopping", step, now - 100));
    }

    run(store, "three-points", 0, RunSummary.Status.RUNNING, now - 10);
    Synthetic.feed(store, "three-points", 0, 0, 300, 100, now - 10);

    run(store, "five-thousand", 0, RunSummary.Status.COMPLETED, now - 3_000);
    Synthetic.feed(store, "five-thousand", 0, 0, 5_000, 1, now - 3_000);

    run(store, "nothing-identified", 0, RunSummary.Status.RUNNING, now - 30);
    store.accept(Synthetic.allAbsent("nothing-identified", 100, now - 30));

    run(store, "started-only", 0, RunSummary.Status.RUNNING, now - 5);
    String evil = "<img src=x onerror=alert(1)>";
    run(store, evil, 0, RunSummary.Status.STOPPED, now - 900);
    Synthetic.feed(store, evil, 0, 0, 500, 50, now - 900);
    String longId =
        "sweep-2026-11-21T04:48:00Z-resnet50-imagenet-lr0.1-bs4096-wd1e-4-seed17-".repeat(2);
    run(store, longId, 0, RunSummary.Status.RUNNING, now - 60);
    Synthetic.feed(store, longId, 0, 0, 1_000, 100, now - 60);
    Random random = new Random(5);
    for (int i = 0; i < 51; i++) {
      String id = "sweep-%02d-lr%.3f".formatted(i, Math.pow(10, -3 * random.nextDouble()));
      RunSummary.Status[] all = RunSummary.Status.values();
      run(store, id, 0, all[i % all.length], now - 1_000 - 3_000 * random.nextDouble());
      Synthetic.feed(store, id, 0, 0, 200 + random.nextInt(4_000), 100, now - 2_000 - 60 * i);
    }
  }

  private static void run(
      LiveStore store, String id, int attempt, RunSummary.Status status, double startedAt) {
    store.accept(
        Synthetic.summary(
            id, attempt, status, status == RunSummary.Status.RUNNING ? -1 : 100, startedAt));
  }
}
