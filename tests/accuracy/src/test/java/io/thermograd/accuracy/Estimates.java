package io.thermograd.accuracy;

import io.thermograd.estimate.QuantityList;
import io.thermograd.estimate.RunEstimators;
import io.thermograd.estimate.RunSettings;
import io.thermograd.wire.Quantity;
import io.thermograd.wire.QuantityName;
import io.thermograd.wire.proto.RunStarted;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** Drives the estimators over steps at frozen parameters and reads what they publish. */
final class Estimates {
  /** So long that 2,000 steps weigh the same to 10⁻⁹: a plain average. */
  static final double NO_FORGETTING = 1e12;

  private static final double LOSS_HALF_LIFE = 100;

  private final Map<String, Quantity> quantities;
  private final Map<String, String> absent;

  private Estimates(QuantityList list) {
    this.quantities = list.quantities();
    this.absent = list.absent();
  }

  /**
   * @param sketchDim k, or 0 for whole gradients
   */
  static Estimates of(
      FrozenSteps steps, int n, Draws draws, int sketchDim, double halfLife, int count) {
    RunSettings settings =
        new RunSettings(
            draws.distinct() ? OptionalLong.of(n) : OptionalLong.empty(),
            OptionalDouble.of(0.9),
            RunStarted.Optimizer.MOMENTUM,
            sketchDim);
    RunEstimators estimators = new RunEstimators(settings, halfLife, LOSS_HALF_LIFE);
    for (int i = 0; i < count; i++) {
      estimators.accept(steps.next());
    }
    QuantityList list = new QuantityList();
    estimators.describe(list);
    return new Estimates(list);
  }

  /** A quantity that must be there. */
  Quantity get(QuantityName name) {
    return Objects.requireNonNull(
        quantities.get(name.id()), () -> name + " is absent: " + absent.get(name.id()));
  }

  double value(QuantityName name) {
    return Objects.requireNonNull(get(name).value(), () -> name + " has a bound only");
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
