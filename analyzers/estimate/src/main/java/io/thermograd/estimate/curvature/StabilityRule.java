package io.thermograd.estimate.curvature;

import io.thermograd.estimate.step.RunSettings;
import io.thermograd.theory.StabilityLimit;
import java.util.Locale;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * Which curvature an optimizer's stability hangs on, and how. {@link StabilityLimit} has the
 * formulas; every ratio is linear in the curvature, so an interval of the one is an interval of the
 * other.
 *
 * @param preconditioned whether it is that of D⁻¹H, which only a probe can tell, and not of H
 * @param gain ratio/(η·λ_max); NaN when there is none
 * @param missing why there is none
 */
record StabilityRule(boolean preconditioned, double gain, @Nullable String missing) {

  static StabilityRule of(RunSettings settings) {
    OptionalDouble momentum = settings.momentum();
    return switch (settings.optimizer()) {
      case SGD -> hessian(OptionalDouble.of(momentum.orElse(0)), StabilityLimit::heavyBall);
      case MOMENTUM -> hessian(momentum, StabilityLimit::heavyBall);
      case NESTEROV -> hessian(momentum, StabilityLimit::nesterov);
      case ADAM, ADAMW -> adam(settings.beta1());
      case OTHER ->
          none(
              "defined for SGD, heavy ball, Nesterov, Adam and AdamW; this run's optimizer is "
                  + settings.optimizer().name().toLowerCase(Locale.ROOT));
      case OPTIMIZER_UNSPECIFIED, UNRECOGNIZED ->
          none("the run did not say its optimizer: set optimizer in run_started");
    };
  }

  private interface Limit {
    double ratio(double learningRate, double momentum, double curvature);
  }

  private static StabilityRule hessian(OptionalDouble momentum, Limit limit) {
    if (momentum.isEmpty() || !(momentum.getAsDouble() < 1)) {
      return none("the run did not say its momentum: set momentum, below 1, in run_started");
    }
    return new StabilityRule(false, limit.ratio(1, momentum.getAsDouble(), 1), null);
  }

  private static StabilityRule adam(OptionalDouble beta1) {
    if (beta1.isEmpty() || !(beta1.getAsDouble() < 1)) {
      return none("the run did not say its β₁: set beta1, below 1, in run_started");
    }
    return new StabilityRule(true, StabilityLimit.adam(1, beta1.getAsDouble(), 1), null);
  }

  private static StabilityRule none(String reason) {
    return new StabilityRule(false, Double.NaN, reason);
  }
}
