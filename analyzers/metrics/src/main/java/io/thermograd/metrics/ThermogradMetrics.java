package io.thermograd.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.thermograd.wire.Alert;
import io.thermograd.wire.Insight;
import io.thermograd.wire.RejectionKind;
import io.thermograd.wire.RunSummary;
import java.time.Clock;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.stream.LongStream;

/**
 * The catalogue: every meter an analyzer exports is registered here and nowhere else, and described
 * in METRICS.md.
 *
 * <p>A run's series are made at scrape time from its latest insight: a quantity that the insight
 * does not identify has no series, and {@link #remove} leaves none behind. Publishing costs about a
 * microsecond and registers nothing.
 *
 * <p>Thread-safe. Per run, calls come from one thread at a time (its owner); scrapes come from any.
 */
public final class ThermogradMetrics implements AutoCloseable {

  /** How long a finished run's last numbers stay: four scrapes at Prometheus' usual 15 s. */
  public static final Duration DEFAULT_LINGER = Duration.ofSeconds(60);

  /** From a broker beside the trainer to five minutes behind. */
  private static final Duration[] LATENCY_BUCKETS =
      LongStream.of(
              5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000, 300_000)
          .mapToObj(Duration::ofMillis)
          .toArray(Duration[]::new);

  private final PrometheusMeterRegistry registry;
  private final Clock clock;
  private final ConcurrentMap<String, RunSeries> runs = new ConcurrentHashMap<>();
  private final FinishedRuns finishedRuns;
  private final WorkerCollector worker = new WorkerCollector();
  private final JvmMeters jvm;

  private final Counter accepted;
  private final Map<RejectionKind, Counter> rejected = new EnumMap<>(RejectionKind.class);
  private final Map<RunSummary.Status, Counter> finished = new EnumMap<>(RunSummary.Status.class);
  private final Counter skipped;
  private final Counter lost;
  private final Counter updates;
  private final Counter forgotten;
  private final Counter snapshots;
  private final Counter snapshotBytes;
  private final Counter corruptSnapshots;
  private final Counter restarts;
  private final Counter labelsDropped;
  private final Timer latency;

  /** A catalogue in a registry of its own, on the system's clock. */
  public ThermogradMetrics() {
    this(new PrometheusMeterRegistry(PrometheusConfig.DEFAULT));
  }

  /** A catalogue in the given registry, on the system's clock. */
  public ThermogradMetrics(PrometheusMeterRegistry registry) {
    this(registry, Clock.systemUTC(), DEFAULT_LINGER);
  }

  /**
   * @param clock tells latencies, the time of publishing and when a finished run's series go
   * @param linger how long a finished run's last numbers stay
   */
  public ThermogradMetrics(PrometheusMeterRegistry registry, Clock clock, Duration linger) {
    this.registry = registry;
    this.clock = clock;
    this.finishedRuns = new FinishedRuns(runs, clock, linger);

    jvm = new JvmMeters(registry); // first: it brings a filter
    accepted =
        counter("thermograd.events.accepted", "Events that were applied to a run's analysis");
    skipped =
        counter(
            "thermograd.events.skipped", "Events read again whose effect a snapshot already held");
    lost =
        counter("thermograd.events.lost", "Records that retention deleted before they were read");
    for (RejectionKind kind : RejectionKind.values()) {
      rejected.put(
          kind,
          Counter.builder("thermograd.events.rejected")
              .description("Records that were not used, by reason")
              .tag("reason", kind.id())
              .register(registry));
    }
    for (RunSummary.Status status : RunSummary.Status.values()) {
      if (status != RunSummary.Status.RUNNING) {
        finished.put(
            status,
            Counter.builder("thermograd.runs.finished")
                .description("Attempts that ended, by how")
                .tag("status", status.id())
                .register(registry));
      }
    }
    updates =
        counter("thermograd.run.updates", "Times that a run's series were brought up to date");
    forgotten =
        counter("thermograd.runs.forgotten", "Runs that were forgotten to bound the memory");
    snapshots = counter("thermograd.snapshots", "Run states written to the snapshots topic");
    snapshotBytes =
        Counter.builder("thermograd.snapshot")
            .description("Bytes of run states written to the snapshots topic")
            .baseUnit("bytes")
            .register(registry);
    corruptSnapshots =
        counter("thermograd.snapshots.corrupt", "Run states that could not be read back");
    restarts =
        counter("thermograd.worker.restarts", "Times that the worker began again after a failure");
    labelsDropped =
        counter(
            "thermograd.run.labels.dropped",
            "Labels of runs that were left out to keep the series bounded");
    latency =
        Timer.builder("thermograd.analysis.latency")
            .description("From a step's event time to its numbers being here")
            .serviceLevelObjectives(LATENCY_BUCKETS)
            .register(registry);
    Gauge.builder("thermograd.active.runs", this, ThermogradMetrics::activeRuns)
        .description("Runs with live series in this process")
        .register(registry);
    Gauge.builder("thermograd.build.info", () -> 1)
        .description("Always 1; the labels say what is running")
        .tag("version", BuildInfo.version())
        .tag("java", Runtime.version().toString())
        .register(registry);
    registry.getPrometheusRegistry().register(worker);
    registry
        .getPrometheusRegistry()
        .register(
            new RunCollector(
                () -> {
                  finishedRuns.expire();
                  return runs.values();
                }));
  }

  /** Makes this insight the one that a run's series show. */
  public void publish(Insight insight, Map<String, String> runLabels) {
    double now = now();
    finishedRuns.revive(insight.runId());
    RunSeries run = runs.computeIfAbsent(insight.runId(), id -> new RunSeries());
    int leftOut = run.publish(insight, runLabels, now);
    if (leftOut > 0) {
      labelsDropped.increment(leftOut);
    }
    updates.increment();
    // A trainer's clock that runs ahead would give less than nothing.
    double seconds = Math.max(0, now - insight.time());
    latency.record(Duration.ofNanos((long) (seconds * 1e9)));
  }

  /** Takes all series of a run away now: it moved to another analyzer, or went silent. */
  public void remove(String runId) {
    finishedRuns.revive(runId);
    runs.remove(runId);
  }

  /**
   * Says that a run's newest attempt has ended: counts it, shows {@code thermograd_run_up} as 0 and
   * takes the series away after the linger, so that the last numbers are scraped. A further {@link
   * #publish} (a new attempt) keeps them.
   */
  public void finished(String runId, RunSummary.Status status) {
    Counter counter = finished.get(status);
    if (counter == null) {
      throw new IllegalArgumentException(
          "status of a finished run should be an end: was " + status);
    }
    counter.increment();
    RunSeries run = runs.get(runId);
    if (run != null) {
      run.down();
      finishedRuns.add(runId);
    }
  }

  /** One more event was applied. Accepted, rejected and skipped are all records read. */
  public void accepted() {
    accepted.increment();
  }

  /** So many more events were applied. */
  public void accepted(long events) {
    accepted.increment(events);
  }

  /** One more record was not used. */
  public void rejected(RejectionKind kind) {
    Counter counter = rejected.get(kind);
    if (counter != null) {
      counter.increment();
    }
  }

  /** So many more events were read again whose effect a snapshot already held. */
  public void skipped(long events) {
    skipped.increment(events);
  }

  /** So many more records were deleted by retention before they were read. */
  public void lost(long records) {
    lost.increment(records);
  }

  /** One more run was forgotten to bound the memory. */
  public void forgotten() {
    forgotten.increment();
  }

  /** The worker begins once more after a failure. */
  public void workerRestarted() {
    restarts.increment();
  }

  /** One more run state could not be read back. */
  public void snapshotCorrupt() {
    corruptSnapshots.increment();
  }

  /** One more alert about a run; shown from the run's first insight on. */
  public void alert(Alert alert) {
    runs.computeIfAbsent(alert.runId(), id -> new RunSeries()).alert(alert);
  }

  /** One more run state of that size was written. */
  public void snapshot(long bytes) {
    snapshots.increment();
    snapshotBytes.increment(bytes);
  }

  /** Records of the steps topic's partition that are still to be analysed. */
  public void lag(int partition, long records) {
    worker.lag(partition, records);
  }

  /** The partition is another analyzer's now. */
  public void partitionRevoked(int partition) {
    worker.revoked(partition);
  }

  /** Whether the worker does its work; before the first call there is no such series. */
  public void workerHealthy(boolean healthy) {
    worker.healthy(healthy);
  }

  /** The meters of this process' HTTP collector, which exist from the first call on. */
  public CollectorMeters collector() {
    return new CollectorMeters(registry);
  }

  /** Runs with series that are not finished. */
  public int activeRuns() {
    int n = 0;
    for (RunSeries run : runs.values()) {
      if (run.up() && run.published() != null) {
        n++;
      }
    }
    return n;
  }

  /** Runs that anything is kept for. */
  int heldRuns() {
    return runs.size();
  }

  /** What a scrape reads. */
  PrometheusRegistry prometheus() {
    return registry.getPrometheusRegistry();
  }

  /** Everything in Prometheus' text format, as a scrape would get it. */
  public String scrape() {
    return registry.scrape();
  }

  @Override
  public void close() {
    jvm.close();
    registry.close();
  }

  private Counter counter(String name, String description) {
    return Counter.builder(name).description(description).register(registry);
  }

  private double now() {
    return clock.millis() / 1e3;
  }
}
