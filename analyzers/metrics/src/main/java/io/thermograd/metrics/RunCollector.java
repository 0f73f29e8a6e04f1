package io.thermograd.metrics;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.thermograd.metrics.RunSeries.Published;
import io.thermograd.wire.Overlay;
import io.thermograd.wire.Quantity;
import io.thermograd.wire.QuantityName;
import io.thermograd.wire.Regime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Every series that belongs to a run, made from the runs' latest insights at each scrape. Nothing
 * is registered per run, so nothing can be left behind by one.
 */
final class RunCollector implements MultiCollector {
  static final String PREFIX = "thermograd_";
  static final String LOWER = "_lower";
  static final String UPPER = "_upper";

  private static final MetricMetadata STEP =
      new MetricMetadata(PREFIX + "step", "Step of the latest insight");
  private static final MetricMetadata ATTEMPT =
      new MetricMetadata(PREFIX + "run_attempt", "Attempt of the latest insight; 0 is the first");
  private static final MetricMetadata UP =
      new MetricMetadata(PREFIX + "run_up", "1 while the run is live, 0 shortly after its end");
  private static final MetricMetadata LAST_INSIGHT =
      new MetricMetadata(
          PREFIX + "run_last_insight_timestamp_seconds",
          "When the run was last brought up to date here, by the analyzer's clock");
  private static final MetricMetadata REGIME =
      new MetricMetadata(PREFIX + "regime", "1 for the regime the run is in, 0 for the others");
  private static final MetricMetadata OVERLAY =
      new MetricMetadata(
          PREFIX + "overlay",
          "1 for every condition that holds beside the regime, 0 for the others");
  private static final MetricMetadata STEPS =
      new MetricMetadata(PREFIX + "steps", "Steps by which the run moved on under this analyzer");
  private static final MetricMetadata DROPPED =
      new MetricMetadata(
          PREFIX + "telemetry_dropped", "Events that the run's agents have had to drop");
  private static final MetricMetadata ALERTS =
      new MetricMetadata(
          PREFIX + "alerts", "Episodes of alerts about the run, counted when they open");

  private final Supplier<Collection<RunSeries>> runs;

  RunCollector(Supplier<Collection<RunSeries>> runs) {
    this.runs = runs;
  }

  @Override
  public MetricSnapshots collect() {
    Map<QuantityName, Family[]> quantities = new EnumMap<>(QuantityName.class);
    for (QuantityName q : QuantityName.values()) {
      quantities.put(
          q,
          new Family[] {
            new Family(metadata(q, "", "")),
            new Family(metadata(q, LOWER, "lower end of the 95 % interval of: ")),
            new Family(metadata(q, UPPER, "upper end of the 95 % interval of: "))
          });
    }
    Family step = new Family(STEP);
    Family attempt = new Family(ATTEMPT);
    Family up = new Family(UP);
    Family lastInsight = new Family(LAST_INSIGHT);
    Family regime = new Family(REGIME);
    Family overlay = new Family(OVERLAY);
    Family steps = new Family(STEPS);
    Family dropped = new Family(DROPPED);
    Family alerts = new Family(ALERTS);
    FindingFamilies findings = new FindingFamilies();

    for (RunSeries run : runs.get()) {
      Published p = run.published();
      if (p == null) {
        continue;
      }
      Labels labels = p.labels().labels();
      addQuantities(quantities, p);
      step.gauge(labels, p.insight().step());
      attempt.gauge(labels, p.insight().attempt());
      up.gauge(labels, run.up() ? 1 : 0);
      lastInsight.gauge(labels, p.publishedAt());
      steps.counter(labels, run.steps());
      dropped.counter(labels, run.dropped());
      findings.add(p);
      Regime current = p.insight().regime();
      if (current != null) {
        for (Regime r : Regime.values()) {
          regime.gauge(p.labels().with("regime", r.id()), r == current ? 1 : 0);
        }
      }
      for (Overlay o : Overlay.values()) {
        boolean holds = p.insight().overlays().contains(o.id());
        overlay.gauge(p.labels().with("overlay", o.id()), holds ? 1 : 0);
      }
      run.alerts()
          .forEach(
              (a, n) ->
                  alerts.counter(
                      p.labels()
                          .with("kind", a.kind())
                          .merge(Labels.of("severity", a.severity().id())),
                      n.sum()));
    }

    List<MetricSnapshot> all = new ArrayList<>();
    for (Family[] three : quantities.values()) {
      for (Family f : three) {
        addTo(all, f);
      }
    }
    for (Family f :
        List.of(step, attempt, up, lastInsight, regime, overlay, steps, dropped, alerts)) {
      addTo(all, f);
    }
    findings.families().forEach(f -> addTo(all, f));
    return new MetricSnapshots(all);
  }

  /** Names for the registry's check that nobody else uses them. */
  @Override
  public List<String> getPrometheusNames() {
    List<String> names = new ArrayList<>();
    for (QuantityName q : QuantityName.values()) {
      names.add(PREFIX + q.id());
      names.add(PREFIX + q.id() + LOWER);
      names.add(PREFIX + q.id() + UPPER);
    }
    for (MetricMetadata m :
        List.of(STEP, ATTEMPT, UP, LAST_INSIGHT, REGIME, OVERLAY, STEPS, DROPPED, ALERTS)) {
      names.add(m.getPrometheusName());
    }
    FindingFamilies.METADATA.forEach(m -> names.add(m.getPrometheusName()));
    return names;
  }

  private static void addQuantities(Map<QuantityName, Family[]> families, Published p) {
    Map<String, Quantity> known = p.insight().quantities();
    families.forEach(
        (name, three) -> {
          Quantity x = known.get(name.id());
          if (x != null) {
            addQuantity(three, p.labels().with("estimator", x.method()), x);
          }
          List<Quantity> elements = p.insight().vectors().getOrDefault(name.id(), List.of());
          for (int i = 0; i < elements.size(); i++) {
            Labels labels = p.labels().with("estimator", elements.get(i).method());
            addQuantity(three, labels.add("index", Integer.toString(i + 1)), elements.get(i));
          }
        });
  }

  private static void addQuantity(Family[] three, Labels labels, Quantity x) {
    addIfKnown(three[0], labels, x.value());
    addIfKnown(three[1], labels, x.low());
    addIfKnown(three[2], labels, x.high());
  }

  private static void addIfKnown(Family family, Labels labels, @Nullable Double x) {
    if (x != null) {
      family.gauge(labels, x);
    }
  }

  private static void addTo(List<MetricSnapshot> all, Family f) {
    if (!f.isEmpty()) {
      all.add(f.snapshot());
    }
  }

  private static MetricMetadata metadata(QuantityName q, String suffix, String which) {
    return new MetricMetadata(
        PREFIX + q.id() + suffix, which + q.meaning() + " [" + q.unit() + "]");
  }
}
