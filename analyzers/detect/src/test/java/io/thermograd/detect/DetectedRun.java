package io.thermograd.detect;

import static org.assertj.core.api.Assertions.assertThat;

import io.thermograd.estimate.RunEstimators;
import io.thermograd.estimate.step.QuantityList;
import io.thermograd.estimate.step.RunSettings;
import io.thermograd.estimate.step.TrainingStep;
import io.thermograd.wire.Alert;
import io.thermograd.wire.Regime;
import io.thermograd.wire.Verdict;
import io.thermograd.wire.proto.RunStarted.Optimizer;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A run as the fold has it, estimators and detectors side by side, and what it has said. */
final class DetectedRun {
  // "−0", "NaN" and the like in a sentence mean that a number was put in that is none.
  private static final Pattern GARBAGE =
      Pattern.compile("NaN|null|Infinity|%[.,\\d]*[dgfs]|--|\\.\\.");

  static final RunSettings SETTINGS = RunSettings.of(Optimizer.SGD);
  final RunEstimators estimators = new RunEstimators(SETTINGS, 500, 100);
  final RunDetectors detectors = new RunDetectors("run", 0, SETTINGS);
  final List<Alert> alerts = new ArrayList<>();
  long step;

  List<Alert> accept(@Nullable Double loss, @Nullable Double rate, boolean bad, long lost) {
    var next =
        TrainingStep.at(step, step)
            .loss(loss)
            .learningRate(rate)
            .batchSize(32)
            .nonFinite(bad)
            .build();
    return accept(next, lost);
  }

  List<Alert> accept(TrainingStep next) {
    return accept(next, 0);
  }

  private List<Alert> accept(TrainingStep next, long lost) {
    step++;
    estimators.accept(next);
    List<Alert> opened = detectors.accept(next, lost, estimators);
    alerts.addAll(opened);
    return opened;
  }

  List<Alert> opened() {
    return alerts.stream()
        .filter(a -> a.state() == Alert.State.OPENED)
        // Ripples of sines do oscillate.
        .filter(a -> !a.kind().equals("spike") && !a.kind().equals("oscillating"))
        .toList();
  }

  List<Alert> loss(double loss) {
    return accept(loss, 0.1, false, 0);
  }

  @Nullable Regime regime() {
    return detectors.regime().orElse(null);
  }

  Verdict verdict() {
    QuantityList list = new QuantityList();
    estimators.describe(list);
    return detectors.verdict(list, estimators);
  }

  static void sane(Alert alert) {
    sane(alert.title());
    sane(alert.evidence().replace("loss NaN", "loss overflowed"));
    sane(alert.next());
  }

  static void sane(String sentence) {
    assertThat(sentence).isNotBlank();
    assertThat(GARBAGE.matcher(sentence).find()).as(sentence).isFalse();
  }
}
