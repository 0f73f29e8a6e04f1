package io.thermograd.estimate.noise;

import io.thermograd.estimate.numeric.HalfLife;
import io.thermograd.estimate.numeric.StateArrays;
import io.thermograd.estimate.step.QuantityList;
import io.thermograd.estimate.step.WarmUp;
import io.thermograd.wire.Quantity;
import io.thermograd.wire.QuantityName;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Tail index α of the gradient noise: P(‖e‖ > x) ~ x^−α. Moments of order α and above do not exist;
 * below 4 no statement that takes variances of variances for granted can be trusted.
 *
 * <p>Hill's estimator h = mean of log(‖e‖/u) over the norms beyond u, over time, on norms: which
 * coordinate is large does not matter, so that normal noise with very unequal coordinates is not
 * taken for heavy-tailed, as it is by log-moments of single coordinates. Where a tail is a power
 * law only far out, h at the share s is off 1/α by powers of s, from s^1 for α-stable noise to
 * s^(2/α) where the departure is a relative x^−2, as of Student's t and of sums: so h at all shares
 * from 0.25 to 50 % is read at 0 along a curve in s^(2/3) and its square ({@link HillCurve}).
 *
 * <p>The interval is that of the samples, widened by how badly the curve fits, which contrasts that
 * share their vectors do a little and noise that is no power law at all does a lot; and, as a
 * standard error of the bias that is left, what a curve in s and s² reads otherwise. From 200 runs
 * of 60,000 contrasts of four vectors.
 *
 * <p>Norms are divided by the exponential of a running mean of log‖e‖ of the steps before, which
 * exists for every α: a trace that falls during training is no tail. They are counted in a
 * histogram of log-norms, 1/32 wide, with exponential forgetting: bounded, and no sample is kept.
 * O(1) a contrast, O(bins) to read, of which the curve's are those that hold samples. One owner
 * thread.
 *
 * <p>Source: B. M. Hill, A simple general approach to inference about the tail of a distribution,
 * Ann. Statist. 3 (1975) 1163–1174, doi:10.1214/aos/1176343247; regression over thresholds: J.
 * Beirlant, G. Dierckx, Y. Goegebeur, G. Matthys, Extremes 2 (1999) 177–200; the weights are ours.
 */
final class TailIndex {
  private static final double PER_UNIT = 32;
  private static final double LOWEST = -2;
  private static final int BINS = 1024;
  private static final double TOP = 0.0025;
  private static final double WIDEST = 0.5;

  /** Where h is the unit of its errors. */
  private static final double SCALE_AT = 0.05;

  private static final double NEEDED = 1000;

  private static final double NORMAL = 1.959963984540054;

  /** From here on fourth moments exist. */
  static final double LIGHT = 4;

  private static final String METHOD = "hill_norm";

  private final double centreDecay;
  private final double growth;
  private double centreWeight;
  private double centre;
  // Newer contrasts weigh more instead of older ones less: nothing to do for what is counted.
  private double unit = 1;
  private double weight;
  private double squaredWeight;
  private final double[] bins = new double[BINS];
  private final HillCurve curve = new HillCurve(true);
  private final HillCurve other = new HillCurve(false);

  /**
   * @param halfLife steps after which a norm weighs half
   * @param centreHalfLife the same for the running scale
   */
  TailIndex(double halfLife, double centreHalfLife) {
    this.growth = 1 / HalfLife.decay(halfLife);
    this.centreDecay = HalfLife.decay(centreHalfLife);
  }

  /** e^(running mean of log‖e‖), the scale of the steps before; NaN before the first. */
  double scale() {
    return centreWeight == 0 ? Double.NaN : StrictMath.exp(centre);
  }

  /** Adds a step's ‖e_j‖²; those that are 0 or not finite count for nothing. */
  void accept(double[] squares) {
    unit *= growth;
    if (unit > 1e100) {
      rescale(1 / unit);
    }
    double sum = 0;
    int count = 0;
    for (double square : squares) {
      if (square > 0 && square < Double.POSITIVE_INFINITY) {
        double log = 0.5 * StrictMath.log(square);
        if (centreWeight > 0) {
          int bin = (int) Math.floor((log - centre - LOWEST) * PER_UNIT);
          bins[Math.max(0, Math.min(BINS - 1, bin))] += unit;
          weight += unit;
          squaredWeight += unit * unit;
        }
        sum += log;
        count++;
      }
    }
    if (count > 0) {
      centreWeight = centreDecay * centreWeight + 1;
      centre += (sum / count - centre) / centreWeight;
    }
  }

  private void rescale(double factor) {
    unit *= factor;
    weight *= factor;
    squaredWeight *= factor * factor;
    for (int i = 0; i < BINS; i++) {
      bins[i] *= factor;
    }
  }

  private double effectiveCount() {
    return weight == 0 ? 0 : weight * weight / squaredWeight;
  }

  /** 1/α̂ and its standard error; NaN when the norms hardly differ. */
  private double[] inverse() {
    double above = 0;
    double moment = 0;
    double scale = 0;
    curve.clear();
    other.clear();
    for (int b = BINS - 1; b >= 0 && above + bins[b] <= WIDEST * weight; b--) {
      // Mean of z − edge over the bins above: each is 1/32 farther from this edge than the next.
      moment += above / PER_UNIT + bins[b] * 0.5 / PER_UNIT;
      above += bins[b];
      if (bins[b] > 0 && above >= TOP * weight) {
        double hill = moment / above;
        curve.accept(above / weight, hill);
        other.accept(above / weight, hill);
        scale = scale == 0 || above < SCALE_AT * weight ? hill : scale;
      }
    }
    HillCurve.Reading reading = curve.read();
    double n = effectiveCount();
    double unit2 = scale * scale / n;
    double misfit = Math.max(unit2, reading.misfit());
    double bias = reading.inverse() - other.read().inverse();
    return new double[] {reading.inverse(), Math.sqrt(reading.variance() * misfit + bias * bias)};
  }

  /** Whether the interval says that fourth moments do not exist. */
  boolean heavy() {
    double[] inverse = inverse();
    return effectiveCount() >= NEEDED && inverse[0] - NORMAL * inverse[1] > 1 / LIGHT;
  }

  void describe(QuantityList out) {
    double n = effectiveCount();
    if (n < NEEDED) {
      out.absent(QuantityName.NOISE_TAIL_INDEX, WarmUp.reason(n, NEEDED, "noise vectors"));
      return;
    }
    double[] inverse = inverse();
    double most = inverse[0] + NORMAL * inverse[1];
    double least = inverse[0] - NORMAL * inverse[1];
    if (most > 1 / LIGHT && least > 0) {
      out.put(QuantityName.NOISE_TAIL_INDEX, 1 / inverse[0], 1 / most, 1 / least, METHOD);
      return;
    }
    if (most > 0) {
      out.put(QuantityName.NOISE_TAIL_INDEX, Quantity.atLeast(1 / most, METHOD));
    }
    out.absent(
        QuantityName.NOISE_TAIL_INDEX,
        "no power law: the largest noise vectors are no farther out than those of noise whose"
            + " fourth moments exist");
  }

  void writeTo(DataOutput out) throws IOException {
    out.writeDouble(centreWeight);
    out.writeDouble(centre);
    out.writeDouble(unit);
    out.writeDouble(weight);
    out.writeDouble(squaredWeight);
    StateArrays.write(out, bins);
  }

  void readFrom(DataInput in) throws IOException {
    centreWeight = in.readDouble();
    centre = in.readDouble();
    unit = in.readDouble();
    weight = in.readDouble();
    squaredWeight = in.readDouble();
    StateArrays.read(in, bins);
  }
}
