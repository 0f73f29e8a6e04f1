package io.thermograd.estimate.fluctuation;

import io.thermograd.estimate.step.QuantityList;
import io.thermograd.wire.Quantity;
import io.thermograd.wire.QuantityName;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Per eigenvector u of the Hessian in the leading noise directions: the temperature κ·Var(θ·u) as
 * measured by the virial ⟨(d·u)(ḡ·u)⟩, beside what the exact stationary solution makes of κ and the
 * noise along u; and Var(θ·u) itself against its prediction.
 *
 * <p>Only of directions that have come to equilibrium: whose relaxation time 1/(η_effκ) is below an
 * eighth of θ̄'s memory. From what lies outside V the sketch leaves a share along each direction,
 * which is taken off. Intervals: Student's t over blocks, the error of κ, and the length of u in
 * the sketch, √(2/k).
 */
final class DirectionalTemperatures {
  private static final String METHOD = "virial";
  private static final String PREDICTED = "lyapunov";
  private static final String RATIO = "moments";
  private static final double RELAXATIONS = 8;
  private static final double SIGNIFICANT = 3;
  private static final double ALLOWANCE = 0.25;

  /** Half of a 95 % interval, in logarithms, beyond which it says nothing and may overflow. */
  private static final double WIDEST = 100;

  private final Equilibrium at;
  private final Blocks blocks;
  private final int k;
  private final double collisions;
  private final Moments total;

  /**
   * @param k sketch dimension, 0 when vectors are sent whole
   * @param collisions of {@link io.thermograd.estimate.step.RunSettings}: what a parameter is not
   *     folded together with leaves nothing along it, but counts in the traces
   */
  DirectionalTemperatures(Equilibrium at, Blocks blocks, int k, double collisions) {
    this.at = at;
    this.blocks = blocks;
    this.k = k;
    this.collisions = collisions;
    this.total = blocks.total();
  }

  private record Direction(
      BlockMean measured, double predicted, double predictedError, double variance) {

    boolean known() {
      double error = Math.max(measured.relative(), predictedError);
      return measured.value() > 0 && predicted > 0 && measured.factor() * error <= WIDEST;
    }
  }

  void describe(QuantityList out, @Nullable List<Modes.Mode> modes) {
    if (modes == null) {
      absent(out, "waits for the curvature in the leading directions of the noise");
      return;
    }
    List<Direction> directions = new ArrayList<>();
    List<Modes.Mode> used = new ArrayList<>();
    for (Modes.Mode mode : modes) {
      double kappa = mode.curvature();
      if (kappa > SIGNIFICANT * mode.error() && at.rate() * kappa * at.memory() >= RELAXATIONS) {
        Direction found = direction(mode);
        if (found.known()) {
          directions.add(found);
          used.add(mode);
        }
      }
    }
    if (directions.isEmpty()) {
      absent(
          out,
          "no direction whose curvature is known has come to equilibrium within "
              + (long) at.memory()
              + " steps");
      return;
    }
    List<Quantity> measured = new ArrayList<>();
    List<Quantity> predicted = new ArrayList<>();
    double sketch = k == 0 ? 0 : 2.0 / k;
    for (Direction x : directions) {
      measured.add(
          logarithmic(
              x.measured.value(),
              x.measured.factor() * Math.sqrt(square(x.measured.relative()) + sketch),
              METHOD));
      predicted.add(
          logarithmic(
              x.predicted,
              x.measured.factor() * Math.sqrt(square(x.predictedError) + sketch),
              PREDICTED));
    }
    out.put(QuantityName.TEMPERATURE_MEASURED, measured);
    out.put(QuantityName.TEMPERATURE_PREDICTED, predicted);
    describeSpread(out, directions, sketch);
    describeRatio(out, directions, used);
  }

  private Direction direction(Modes.Mode mode) {
    double[] u = mode.direction();
    double share = at.share(mode.curvature());
    BlockMean measured = mean(Moments.VIRIAL, u).divided(share);
    BlockMean noise = mean(Moments.NOISE, u);
    double variance = at.variance(mode.curvature(), noise.value());
    double predicted = mode.curvature() * variance;
    double more = mode.curvature() + mode.error();
    // T changes with κ in the terms of order ηκ only.
    double slope = Math.abs(more * at.variance(more, noise.value()) / predicted - 1);
    double error = Math.hypot(noise.relative(), Double.isNaN(slope) ? 1 : slope);
    return new Direction(measured, predicted, error, variance);
  }

  private double along(Moments m, int of, double[] u) {
    return m.along(of, u) - collisions * m.crosstalk(of, k);
  }

  private BlockMean mean(int of, double[] u) {
    return BlockMean.of(blocks, m -> along(m, of, u)).withError(ALLOWANCE * crosstalk(of));
  }

  private double crosstalk(int of) {
    return collisions * total.crosstalk(of, k);
  }

  /** Standard deviation of log T over directions, less what the errors make, the sketch's too. */
  private static void describeSpread(QuantityList out, List<Direction> directions, double sketch) {
    int n = directions.size();
    if (n < 2) {
      out.absent(QuantityName.TEMPERATURE_SPREAD, "needs at least 2 directions in equilibrium");
      return;
    }
    double mean = 0;
    for (Direction x : directions) {
      mean += Math.log(x.measured.value()) / n;
    }
    double square = 0;
    double errors = 0;
    double variance = 0;
    for (Direction x : directions) {
      double from = Math.log(x.measured.value()) - mean;
      double error = square(x.measured.relative()) + sketch;
      square += from * from / (n - 1);
      errors += error / n;
      variance += (4 * from * from * error + 2 * error * error) / square(n - 1);
    }
    double width = directions.get(0).measured.factor() * Math.sqrt(variance);
    out.put(
        QuantityName.TEMPERATURE_SPREAD,
        root(square - errors),
        root(square - errors - width),
        root(square - errors + width),
        METHOD);
  }

  private void describeRatio(QuantityList out, List<Direction> directions, List<Modes.Mode> modes) {
    double predicted = 0;
    double error = 0;
    for (int i = 0; i < modes.size(); i++) {
      Direction x = directions.get(i);
      predicted += x.variance;
      // Var ∝ T/κ
      error += square(x.variance) * square(modes.get(i).error() / modes.get(i).curvature());
      error += square(x.variance * x.predictedError);
    }
    double off = 0;
    for (Modes.Mode mode : modes) {
      off += ALLOWANCE * crosstalk(Moments.POSITION) / at.share(mode.curvature());
    }
    BlockMean measured =
        BlockMean.of(
                blocks,
                m -> {
                  double sum = 0;
                  for (Modes.Mode mode : modes) {
                    sum +=
                        along(m, Moments.POSITION, mode.direction()) / at.share(mode.curvature());
                  }
                  return sum;
                })
            .withError(off);
    if (!(measured.value() > 0)) {
      out.absent(QuantityName.COVARIANCE_RATIO, "the parameters move less than the sketch's error");
      return;
    }
    double relative = Math.sqrt(square(measured.relative()) + error / square(predicted));
    double width = measured.factor() * relative;
    if (!(width <= WIDEST)) {
      out.absent(QuantityName.COVARIANCE_RATIO, "the parameters move less than the sketch's error");
      return;
    }
    out.put(QuantityName.COVARIANCE_RATIO, logarithmic(measured.value() / predicted, width, RATIO));
  }

  private static Quantity logarithmic(double value, double width, String method) {
    return Quantity.of(value, value * Math.exp(-width), value * Math.exp(width), method);
  }

  private static void absent(QuantityList out, String reason) {
    out.absent(QuantityName.TEMPERATURE_MEASURED, reason);
    out.absent(QuantityName.TEMPERATURE_PREDICTED, reason);
    out.absent(QuantityName.TEMPERATURE_SPREAD, reason);
    out.absent(QuantityName.COVARIANCE_RATIO, reason);
  }

  private static double square(double x) {
    return x * x;
  }

  private static double root(double x) {
    return Math.sqrt(Math.max(0, x));
  }
}
