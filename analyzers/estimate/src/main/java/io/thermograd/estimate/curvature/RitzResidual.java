package io.thermograd.estimate.curvature;

import io.thermograd.estimate.numeric.StateArrays;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/**
 * How far the Hessian throws the sharpest direction out of itself: Hz by the whole sketch, from
 * EW(g_t·y_t) with the scalar instrument y_t = ⟨w, θ̃_t⟩ and z = EW(θ_t·y_t) in V, so that ‖Hz −
 * λz‖² shows what H does outside V as well. In two halves of the blocks, whose noise is
 * independent: their inner product is free of it. Begins anew when the direction turns away.
 *
 * <p>O(k) a step, 2k doubles. One owner thread.
 */
final class RitzResidual {
  private static final double SAME = 0.9;

  private final int r;
  private final double[][] z;
  private final double[] weights;
  private double[] direction = new double[0];
  private double[][] q = new double[2][0];
  private final double[] count = new double[2];

  RitzResidual(int r) {
    this.r = r;
    this.z = new double[2][r];
    this.weights = new double[r];
  }

  /** Follows another direction: unit vector {@code top} in the new V and its instrument. */
  void follow(double[] top, double[] instrument, double[][] rotation, Subspace subspace) {
    int k = subspace.basis()[0].length;
    double[] now = new double[k];
    for (int i = 0; i < top.length; i++) {
      float[] v = subspace.basis()[i];
      for (int c = 0; c < k; c++) {
        now[c] += top[i] * v[c];
      }
    }
    double cos = 0;
    if (direction.length == k) {
      for (int c = 0; c < k; c++) {
        cos += direction[c] * now[c];
      }
    }
    double sign = cos < 0 ? -1 : 1;
    if (Math.abs(cos) < SAME) {
      forget(k);
    } else {
      for (double[] half : z) {
        System.arraycopy(SmallMatrix.multiply(rotation, half), 0, half, 0, r);
      }
    }
    for (int c = 0; c < k; c++) {
      now[c] *= sign;
    }
    direction = now;
    Arrays.fill(weights, 0);
    for (int i = 0; i < instrument.length; i++) {
      weights[i] = sign * instrument[i];
    }
  }

  private void forget(int k) {
    q = new double[2][k];
    Arrays.fill(count, 0);
    for (double[] half : z) {
      Arrays.fill(half, 0);
    }
  }

  void accept(Instrument instrument, int half) {
    if (direction.length == 0) {
      return;
    }
    double y = 0;
    double[] wandered = instrument.wanderedV();
    for (int i = 0; i < r; i++) {
      y += weights[i] * wandered[i];
    }
    float[] g = instrument.gradient();
    double[] to = q[half];
    for (int c = 0; c < to.length; c++) {
      to[c] += y * g[c];
    }
    double[] theta = instrument.thetaV();
    for (int i = 0; i < r; i++) {
      z[half][i] += y * theta[i];
    }
    count[half]++;
  }

  /** Forgets a share. */
  void discount(double factor) {
    for (int h = 0; h < 2; h++) {
      for (int c = 0; c < q[h].length; c++) {
        q[h][c] *= factor;
      }
      for (int i = 0; i < r; i++) {
        z[h][i] *= factor;
      }
      count[h] *= factor;
    }
  }

  /** |cos| between a direction in sketch space and the one that is followed; 0 while none is. */
  double agreement(float[] other) {
    double cos = 0;
    for (int c = 0; c < direction.length; c++) {
      cos += direction[c] * other[c];
    }
    return Math.abs(cos);
  }

  /** ‖Hz − λz‖²/‖λz‖², its noise taken off: may be negative; NaN while nothing is followed. */
  double square(double lambda, Subspace subspace) {
    int k = q[0].length;
    if (!(count[0] > 0 && count[1] > 0) || k == 0) {
      return Double.NaN;
    }
    double[][] rest = new double[2][];
    for (int h = 0; h < 2; h++) {
      rest[h] = q[h].clone();
      for (int i = 0; i < r; i++) {
        double factor = lambda * z[h][i];
        float[] v = subspace.basis()[i];
        for (int c = 0; c < k; c++) {
          rest[h][c] -= factor * v[c];
        }
      }
    }
    double residual = 0;
    for (int c = 0; c < k; c++) {
      residual += rest[0][c] * rest[1][c];
    }
    double size = 0;
    for (int i = 0; i < r; i++) {
      size += z[0][i] * z[1][i];
    }
    return residual / (lambda * lambda * size);
  }

  void writeTo(DataOutput out) throws IOException {
    out.writeInt(direction.length);
    StateArrays.write(out, direction);
    StateArrays.write(out, weights);
    StateArrays.write(out, count);
    for (int h = 0; h < 2; h++) {
      StateArrays.write(out, z[h]);
      StateArrays.write(out, q[h]);
    }
  }

  void readFrom(DataInput in) throws IOException {
    int k = in.readInt();
    if (k < 0 || k > 1 << 26) {
      throw new IOException("state claims sketches of " + k + " floats");
    }
    direction = new double[k];
    q = new double[2][k];
    StateArrays.read(in, direction);
    StateArrays.read(in, weights);
    StateArrays.read(in, count);
    for (int h = 0; h < 2; h++) {
      StateArrays.read(in, z[h]);
      StateArrays.read(in, q[h]);
    }
  }
}
