package io.thermograd.estimate.curvature;

import io.thermograd.estimate.numeric.HalfLife;
import io.thermograd.estimate.numeric.SketchMath;
import io.thermograd.estimate.numeric.StateArrays;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * The error that one fixed sketch makes in a sum of inner products, which no averaging over steps
 * removes: the lanes of an inner product (coordinates of one residue) are estimates of equal shares
 * of it, so L/(L−1)·Σ_l(x̄_l − x̄)² is the sketch's variance plus what the steps' noise adds to it,
 * Σ_l(x_l − x̄)² of a single step over N_eff.
 *
 * <p>For x − ρy with ρ given at the end: three sums of products. One owner thread.
 */
final class LaneSpread {
  private static final int LANES = SketchMath.LANES;

  private final double decay;
  private final double[] x = new double[LANES];
  private final double[] y = new double[LANES];
  private final double[] noise = new double[3];
  private double weight;
  private double squaredWeight;

  LaneSpread(double halfLife) {
    this.decay = HalfLife.decay(halfLife);
  }

  /**
   * Adds a step.
   *
   * @param nx what of x is noise that is independent from step to step
   */
  void accept(float[] xs, float[] nx, float[] ys) {
    weight = decay * weight + 1;
    squaredWeight = decay * decay * squaredWeight + 1;
    double meanX = 0;
    double meanY = 0;
    for (int l = 0; l < LANES; l++) {
      x[l] += (xs[l] - x[l]) / weight;
      y[l] += (ys[l] - y[l]) / weight;
      meanX += nx[l] / LANES;
      meanY += ys[l] / LANES;
    }
    double xx = 0;
    double xy = 0;
    double yy = 0;
    for (int l = 0; l < LANES; l++) {
      double dx = nx[l] - meanX;
      double dy = ys[l] - meanY;
      xx += dx * dx;
      xy += dx * dy;
      yy += dy * dy;
    }
    noise[0] += (xx - noise[0]) / weight;
    noise[1] += (xy - noise[1]) / weight;
    noise[2] += (yy - noise[2]) / weight;
  }

  /** Variance that the sketch gives Σ_l(x̄_l − ρȳ_l). */
  double variance(double rho) {
    double mean = 0;
    for (int l = 0; l < LANES; l++) {
      mean += (x[l] - rho * y[l]) / LANES;
    }
    double spread = 0;
    for (int l = 0; l < LANES; l++) {
      double d = x[l] - rho * y[l] - mean;
      spread += d * d;
    }
    double steps = noise[0] - 2 * rho * noise[1] + rho * rho * noise[2];
    double share = squaredWeight / (weight * weight);
    return Math.max(0, spread - share * steps) * LANES / (LANES - 1);
  }

  void writeTo(DataOutput out) throws IOException {
    StateArrays.write(out, x);
    StateArrays.write(out, y);
    StateArrays.write(out, noise);
    out.writeDouble(weight);
    out.writeDouble(squaredWeight);
  }

  void readFrom(DataInput in) throws IOException {
    StateArrays.read(in, x);
    StateArrays.read(in, y);
    StateArrays.read(in, noise);
    weight = in.readDouble();
    squaredWeight = in.readDouble();
  }
}
