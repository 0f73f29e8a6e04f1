package io.thermograd.accuracy.jury;

import io.thermograd.accuracy.peer.PeerRule;
import io.thermograd.accuracy.peer.Sight;
import io.thermograd.stream.AnalysisConfig;
import io.thermograd.stream.FoldOutput;
import io.thermograd.stream.RunFold;
import io.thermograd.wire.Alert;
import io.thermograd.wire.Insight;
import io.thermograd.wire.RejectionKind;
import io.thermograd.wire.RunSummary;
import io.thermograd.wire.Severity;
import io.thermograd.wire.proto.Event;
import io.thermograd.wire.proto.StepEvent;

/** Watches a run's events, and says what it saw. For one run; not thread-safe. */
public interface Witness {

  /** Shows the next event. */
  void accept(Event event);

  /** What was said so far. */
  Testimony testimony();

  /**
   * Ours: the very fold of the live path and of replays, with an insight every ten steps, whenever
   * the regime changes, and with every alert.
   */
  static Witness ours(String runId) {
    return ours(runId, 10);
  }

  /** The same without insights but where the regime changes: fast, and blind to overlays. */
  static Witness ofRegimes(String runId) {
    return ours(runId, Integer.MAX_VALUE);
  }

  private static Witness ours(String runId, int insightEvery) {
    AnalysisConfig usual = AnalysisConfig.DEFAULT;
    AnalysisConfig config =
        new AnalysisConfig(
            usual.noiseHalfLife(),
            usual.lossHalfLife(),
            insightEvery,
            1e9,
            usual.assemblyWindowSteps(),
            usual.assemblyWindowSeconds());
    Testimony testimony = new Testimony();
    RunFold fold = new RunFold(runId, config);
    FoldOutput output =
        new FoldOutput() {
          @Override
          public void insight(Insight insight) {
            testimony.insight(insight);
          }

          @Override
          public void alert(Alert alert) {
            testimony.alert(alert);
          }

          @Override
          public void run(RunSummary summary) {}

          @Override
          public void reject(RejectionKind kind, String message) {
            throw new IllegalStateException(
                "event should be used: was rejected as " + kind + ": " + message);
          }
        };
    return new Witness() {
      @Override
      public void accept(Event event) {
        fold.apply(event, output);
      }

      @Override
      public Testimony testimony() {
        return testimony;
      }
    };
  }

  /** A rule of others; whenever it fires is an alarm. */
  static Witness peer(PeerRule rule) {
    Testimony testimony = new Testimony();
    return new Witness() {
      @Override
      public void accept(Event event) {
        if (event.hasStep() && rule.accept(sight(event.getStep()))) {
          testimony.alarm("peer", Severity.CRITICAL, event.getStep().getStep());
        }
      }

      @Override
      public Testimony testimony() {
        return testimony;
      }
    };
  }

  private static Sight sight(StepEvent step) {
    return new Sight(
        step.getLoss(),
        step.hasGradSqnorm() ? Math.sqrt(step.getGradSqnorm()) : Double.NaN,
        step.hasValidationLoss() ? step.getValidationLoss() : Double.NaN);
  }
}
