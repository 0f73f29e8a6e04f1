package io.thermograd.accuracy;

import io.thermograd.accuracy.peer.PeerRule;
import io.thermograd.accuracy.peer.Sight;
import io.thermograd.detect.RunDetectors;
import io.thermograd.estimate.RunEstimators;
import io.thermograd.estimate.step.RunSettings;
import io.thermograd.estimate.step.TrainingStep;
import io.thermograd.wire.Alert;
import io.thermograd.wire.Severity;
import io.thermograd.wire.proto.RunStarted.Optimizer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;

/** Something that watches a run step by step and raises alarms: ours, and those of others. */
interface AlarmRule {

  /** Whether the rule fires in this step. */
  boolean accept(TrainingStep step);

  /** The rules to compare, by name; each supplier opens one run's. */
  static Map<String, Supplier<AlarmRule>> others() {
    Map<String, Supplier<AlarmRule>> rules = new LinkedHashMap<>();
    PeerRule.growth().forEach((name, rule) -> rules.put(name, () -> watching(rule.get())));
    return rules;
  }

  private static AlarmRule watching(PeerRule rule) {
    return step -> rule.accept(new Sight(lossOf(step), normOf(step), Double.NaN));
  }

  /** Ours, of a run with plain SGD or the heavy ball: warnings and criticals. */
  static Detectors ours(double momentum) {
    return ours(
        RunSettings.of(momentum == 0 ? Optimizer.SGD : Optimizer.MOMENTUM).withMomentum(momentum));
  }

  /** Ours: warnings and criticals of growth. */
  static Detectors ours(RunSettings settings) {
    return new Detectors(settings);
  }

  /** An alarm counts again after 100 steps without one. */
  static AlarmRule once(AlarmRule rule) {
    return new AlarmRule() {
      private long quiet = 100;

      @Override
      public boolean accept(TrainingStep step) {
        boolean fires = rule.accept(step);
        boolean counts = fires && quiet >= 100;
        quiet = fires ? 0 : quiet + 1;
        return counts;
      }
    };
  }

  /** The run's detectors, told nothing but the steps: what they say of growth. */
  final class Detectors implements AlarmRule {
    // A plateau is a warning too, and no divergence.
    private static final Set<String> GROWTH = Set.of("loss_growth", "divergence", "non_finite");

    private final RunEstimators untold;
    private final RunDetectors detectors;
    long warnings;
    long criticals;
    long firstCritical = -1;
    long growths;

    Detectors(RunSettings settings) {
      untold = new RunEstimators(settings, 500, 100);
      detectors = new RunDetectors("run", 0, settings);
    }

    @Override
    public boolean accept(TrainingStep step) {
      boolean fires = false;
      for (Alert alert : detectors.accept(step, 0, untold)) {
        if (!GROWTH.contains(alert.kind())) {
          continue;
        }
        growths +=
            alert.kind().equals("loss_growth") && alert.state() == Alert.State.OPENED ? 1 : 0;
        if (alert.severity() == Severity.WARNING) {
          warnings++;
          fires = true;
        }
        if (alert.severity() == Severity.CRITICAL) {
          criticals++;
          firstCritical = firstCritical < 0 ? step.step() : firstCritical;
          fires = true;
        }
      }
      return fires;
    }
  }

  /** The same step of a run that sends no loss. */
  static TrainingStep withoutLoss(TrainingStep step) {
    return normAlone(step)
        .examples(step.examples())
        .sqnorms(step.sqnorms())
        .sketches(step.sketches())
        .motion(step.motion())
        .build();
  }

  /** Of a step nothing but settings and ‖ḡ‖². */
  static TrainingStep.Builder normAlone(TrainingStep step) {
    return TrainingStep.at(step.step(), step.time())
        .learningRate(step.learningRate())
        .batchSize(step.batchSize())
        .gradSqnorm(step.gradSqnorm())
        .nonFinite(step.nonFinite());
  }

  private static double lossOf(TrainingStep step) {
    return Objects.requireNonNull(step.loss());
  }

  private static double normOf(TrainingStep step) {
    return Math.sqrt(Objects.requireNonNull(step.gradSqnorm()));
  }
}
