package io.thermograd.detect;

import io.thermograd.detect.basin.BasinChange;
import io.thermograd.detect.divergence.DivergenceDetector;
import io.thermograd.detect.regime.EscapeOutlook;
import io.thermograd.detect.regime.RegimeState;
import io.thermograd.detect.regime.Regimes;
import io.thermograd.detect.stationarity.Stationarity;
import io.thermograd.estimate.step.TrainingStep;
import io.thermograd.wire.Alert;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Decides of every step which conditions hold and hands them to {@link Alerts}. It only reads the
 * detectors, which have seen the step. One owner thread.
 */
final class Announcer {
  private static final int QUIET_AFTER_NON_FINITE = 100;
  private static final int QUIET_AFTER_LOSS = 1_000;

  private final DivergenceDetector divergence;
  private final Stationarity stationarity;
  private final Regimes regimes;
  private final AlertWriter words;
  private final Alerts alerts;

  Announcer(
      DivergenceDetector divergence,
      Stationarity stationarity,
      Regimes regimes,
      AlertWriter words) {
    this.divergence = divergence;
    this.stationarity = stationarity;
    this.regimes = regimes;
    this.words = words;
    this.alerts = new Alerts(words);
  }

  /** The episode of losses or gradients that are not finite. */
  Episode nonFinite() {
    return alerts.episode(AlertKind.NON_FINITE);
  }

  /** Loss or gradient overflowed. */
  void tellBroken(TrainingStep step, List<Alert> out) {
    Double loss = step.loss();
    if (step.nonFinite() || (loss != null && !Double.isFinite(loss))) {
      // Each further step is as broken as the first.
      alerts.holds(step, AlertKind.NON_FINITE, 1, () -> words.nonFinite(step, step.step()), out);
    } else {
      alerts.ceases(step, AlertKind.NON_FINITE, QUIET_AFTER_NON_FINITE, out);
    }
  }

  /** The loss soars, diverges, or has come to an end of that. */
  void tellGrowth(TrainingStep step, DivergenceDetector.Change change, List<Alert> out) {
    switch (change) {
      case RETURNED -> closeGrowth(step, words::returned, out);
      case SETTLED -> closeGrowth(step, words::settled, out);
      case NOTHING, OPENED, CRITICAL -> {
        // Evidence that e-folds with the logarithm of the growth.
        double evidence = 1 + Math.max(0, divergence.logGrowth());
        if (divergence.growing()) {
          // What running away adds is told at once: it asks for something else.
          double told = divergence.runsAway() ? 2 * Math.E * evidence : evidence;
          alerts.holds(step, AlertKind.LOSS_GROWTH, told, words::growth, out);
        } else if (divergence.diverging()) {
          // One rise, one alert: from here on it is the divergence's to tell.
          alerts.close(step, AlertKind.LOSS_GROWTH, words::critical, out);
          alerts.holds(step, AlertKind.DIVERGENCE, evidence, words::divergence, out);
        }
      }
    }
  }

  private void closeGrowth(TrainingStep step, Supplier<AlertWriter.Words> how, List<Alert> out) {
    alerts.close(step, AlertKind.LOSS_GROWTH, how, out);
    alerts.close(step, AlertKind.DIVERGENCE, how, out);
  }

  /**
   * Events were lost on their way.
   *
   * @param lost so far
   * @param more since the step before
   */
  void tellLost(TrainingStep step, long lost, boolean more, List<Alert> out) {
    if (more) {
      alerts.holds(
          step, AlertKind.LOST_TELEMETRY, lost, () -> words.lostTelemetry(step, lost), out);
    } else {
      alerts.ceases(step, AlertKind.LOST_TELEMETRY, QUIET_AFTER_LOSS, out);
    }
  }

  /** The regime and its overlays. */
  void tellRegime(
      TrainingStep step,
      @Nullable BasinChange hop,
      @Nullable EscapeOutlook outlook,
      double edgeRatio,
      List<Alert> out) {
    tellCalm(step, out);
    tellUpset(step, hop, out);
    tell(
        step,
        AlertKind.TRAPPED,
        regimes.trapped(),
        outlook == null ? 1 : 1 / (outlook.probabilityUpper() + Double.MIN_NORMAL),
        () -> words.trapped(Objects.requireNonNull(outlook)),
        out);
    tell(
        step,
        AlertKind.EDGE_OF_STABILITY,
        regimes.atEdge(),
        edgeRatio > 0 ? edgeRatio : 1,
        () -> words.edge(edgeRatio),
        out);
    tell(step, AlertKind.OSCILLATING, regimes.oscillating(), 1, words::oscillating, out);
  }

  private void tellCalm(TrainingStep step, List<Alert> out) {
    RegimeState state = regimes.state();
    long since = state.since();
    double lasted = 1.0 + step.step() - since;
    // What has not recovered from a divergence is not said to be calm: the verdict says so.
    boolean settled = lasted > regimes.settle() && !divergence.worse();
    tell(
        step,
        AlertKind.PLATEAU,
        settled && state instanceof RegimeState.Plateau,
        lasted,
        () -> words.plateau(since),
        out);
    tell(
        step,
        AlertKind.STATIONARY,
        settled && state instanceof RegimeState.Stationary,
        lasted,
        () -> words.stationary(since),
        out);
  }

  private void tellUpset(TrainingStep step, @Nullable BasinChange hop, List<Alert> out) {
    RegimeState state = regimes.state();
    Double loss = step.loss();
    tell(
        step,
        AlertKind.SPIKE,
        state instanceof RegimeState.Spike
            && stationarity.jumped()
            && !divergence.growing()
            && loss != null,
        1,
        () -> words.spike(Objects.requireNonNull(loss)),
        out);
    tell(
        step,
        AlertKind.TRANSITION,
        state instanceof RegimeState.Transition,
        1,
        () -> words.transition(hop),
        out);
  }

  private void tell(
      TrainingStep step,
      AlertKind kind,
      boolean holds,
      double evidence,
      Supplier<AlertWriter.Words> how,
      List<Alert> out) {
    if (holds) {
      alerts.holds(step, kind, evidence, how, out);
    } else {
      alerts.ceases(step, kind, regimes.settle(), out);
    }
  }

  void writeTo(DataOutput out) throws IOException {
    alerts.writeTo(out);
  }

  void readFrom(DataInput in) throws IOException {
    alerts.readFrom(in);
  }
}
