package io.thermograd.accuracy;

import io.thermograd.estimate.RunEstimators;
import io.thermograd.estimate.step.QuantityList;
import io.thermograd.estimate.step.RunSettings;
import io.thermograd.estimate.step.TrainingStep;
import io.thermograd.wire.Quantity;
import io.thermograd.wire.QuantityName;
import io.thermograd.wire.proto.RunStarted;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Drives the estimators over steps at frozen parameters and reads what they publish. */
final class Estimates {
  /** So long that 2,000 steps weigh the same to 10⁻⁹: a plain average. */
  static final double NO_FORGETTING = 1e12;

  private static final double LOSS_HALF_LIFE = 100;

  private final Map<String, Quantity> quantities;
  private final Map<String, List<Quantity>> vectors;
  private final Map<String, String> absent;

  private Estimates(QuantityList list) {
    this.quantities = list.quantities();
    this.vectors = list.vectors();
    this.absent = list.absent();
  }

  /**
   * @param sketchDim k, or 0 for whole gradients
   */
  static Estimates of(
      FrozenSteps steps, int n, Draws draws, int sketchDim, double halfLife, int count) {
    Fold fold = new Fold(draws.distinct() ? n : 0, sketchDim, halfLife);
    for (int i = 0; i < count; i++) {
      fold.accept(steps.next());
    }
    return fold.read();
  }

  /** Of independent draws. */
  static Fold fold(int sketchDim, double halfLife) {
    return new Fold(0, sketchDim, halfLife);
  }

  /** Of distinct draws from n. */
  static Fold fold(long n, int sketchDim, double halfLife) {
    return new Fold(n, sketchDim, halfLife);
  }

  /** Estimators that are fed step by step. */
  static final class Fold {
    private final RunEstimators estimators;

    private Fold(long datasetSize, int sketchDim, double halfLife) {
      RunSettings settings =
          RunSettings.of(RunStarted.Optimizer.MOMENTUM)
              .withMomentum(0.9)
              .withDatasetSize(datasetSize)
              .withSketchDim(sketchDim);
      this.estimators = new RunEstimators(settings, halfLife, LOSS_HALF_LIFE);
    }

    void accept(TrainingStep step) {
      estimators.accept(step);
    }

    boolean heavyTailed() {
      return estimators.heavyTailed();
    }

    Estimates read() {
      QuantityList list = new QuantityList();
      estimators.describe(list);
      return new Estimates(list);
    }
  }

  /** A quantity that must be there. */
  Quantity get(QuantityName name) {
    return Objects.requireNonNull(
        quantities.get(name.id()), () -> name + " is absent: " + absent.get(name.id()));
  }

  double value(QuantityName name) {
    return Objects.requireNonNull(get(name).value(), () -> name + " has a bound only");
  }

  /** A quantity's elements; none when it is absent. */
  List<Quantity> vector(QuantityName name) {
    return vectors.getOrDefault(name.id(), List.of());
  }

  Map<String, Quantity> all() {
    return quantities;
  }

  /** Whether the published interval, one-sided where only a bound is known, holds the value. */
  boolean covers(QuantityName name, double exact) {
    Quantity q = get(name);
    Double low = q.low();
    Double high = q.high();
    return (low == null || low <= exact) && (high == null || exact <= high);
  }
}
