package io.thermograd.metrics;

import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.thermograd.metrics.RunSeries.Published;
import io.thermograd.wire.Findings;
import io.thermograd.wire.ForecastScore;
import io.thermograd.wire.Quantity;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Series of a run's averages and of its forecasts' scores, gathered during one scrape. */
final class FindingFamilies {
  private static final String AVERAGE = RunCollector.PREFIX + "tracked_average";
  private static final MetricMetadata VALUE =
      new MetricMetadata(AVERAGE, "Average of a tracked scalar over the stationary steps");
  private static final MetricMetadata LOWER =
      new MetricMetadata(
          AVERAGE + RunCollector.LOWER, "lower end of the 95 % interval of a tracked average");
  private static final MetricMetadata UPPER =
      new MetricMetadata(
          AVERAGE + RunCollector.UPPER, "upper end of the 95 % interval of a tracked average");
  private static final MetricMetadata SCORED =
      new MetricMetadata(RunCollector.PREFIX + "forecasts_scored", "Forecasts whose step has come");
  private static final MetricMetadata COVERED =
      new MetricMetadata(
          RunCollector.PREFIX + "forecasts_covered",
          "Forecasts whose 90 % interval held what came");
  private static final MetricMetadata VOIDED =
      new MetricMetadata(
          RunCollector.PREFIX + "forecasts_voided",
          "Forecasts that what they rested on ended for before they were due");
  private static final MetricMetadata LOG_SCORE =
      new MetricMetadata(
          RunCollector.PREFIX + "forecast_log_score",
          "Mean log probability that the forecasts gave to what came [nats]");

  static final List<MetricMetadata> METADATA =
      List.of(VALUE, LOWER, UPPER, SCORED, COVERED, VOIDED, LOG_SCORE);

  /** Ends the name of an average whose interval is that of batch means; its method says so too. */
  private static final String BESIDE = " (batch means)";

  private final Family value = new Family(VALUE);
  private final Family lower = new Family(LOWER);
  private final Family upper = new Family(UPPER);
  private final Family scored = new Family(SCORED);
  private final Family covered = new Family(COVERED);
  private final Family voided = new Family(VOIDED);
  private final Family logScore = new Family(LOG_SCORE);

  void add(Published p) {
    Findings findings = p.insight().findings();
    for (Map.Entry<String, Quantity> entry : findings.averages().entrySet()) {
      Quantity q = entry.getValue();
      String name = entry.getKey();
      String plain =
          name.endsWith(BESIDE) ? name.substring(0, name.length() - BESIDE.length()) : name;
      Labels labels = p.labels().with("estimator", q.method()).add("name", plain);
      addIfKnown(value, labels, q.value());
      addIfKnown(lower, labels, q.low());
      addIfKnown(upper, labels, q.high());
    }
    for (Map.Entry<String, ForecastScore> entry : findings.scores().entrySet()) {
      Labels labels = p.labels().with("forecast", entry.getKey());
      ForecastScore score = entry.getValue();
      scored.counter(labels, score.scored());
      covered.counter(labels, score.covered());
      voided.counter(labels, score.voided());
      if (Double.isFinite(score.meanLogScore())) {
        logScore.gauge(labels, score.meanLogScore());
      }
    }
  }

  private static void addIfKnown(Family family, Labels labels, @Nullable Double x) {
    if (x != null) {
      family.gauge(labels, x);
    }
  }

  List<Family> families() {
    return List.of(value, lower, upper, scored, covered, voided, logScore);
  }
}
