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
  private final double[] turned;
  private double[] direction = new double[0];

  /** Work space for the next one. */
  private double[] spare = new double[0];

  private double[][] q = new double[2][0];
  private final double[] count = new double[2];

  RitzResidual(int r) {
    this.r = r;
    this.z = new double[2][r];
    this.weights = new double[r];
    this.turned = new double[r];
  }

  /** Follows another direction: unit vector {@code top} in the new V and its instrument. */
  void follow(double[] top, double[] instrument, double[][] rotation, float[][] basis) {
    int k = basis[0].length;
    double[] now = spare.length == k ? spare : new double[k];
    Arrays.fill(now, 0);
    for (int i = 0; i < top.length; i++) {
      float[] v = basis[i];
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
        SmallMatrix.multiply(rotation, half, turned);
        System.arraycopy(turned, 0, half, 0, r);
      }
    }
    for (int c = 0; c < k; c++) {
      now[c] *= sign;
    }
    spare = direction;
    direction = now;
    Arrays.fill(weights, 0);
    for (int i = 0; i < instrument.length; i++) {
      weights[i] = sign * instrument[i];
    }
  }

  private void forget(int k) {
    if (q[0].length == k) {
      Arrays.fill(q[0], 0);
      Arrays.fill(q[1], 0);
    } else {
      q = new double[2][k];
    }
    Arrays.fill(count, 0);
    for (double[] half : z) {
      Arrays.fill(half, 0);
    }
  }

  /**
   * Adds a step.
   *
   * @param level tr Σ of now
   */
  void accept(Instrument instrument, int half, double level) {
    if (direction.length == 0 || !(level > 0)) {
      return;
    }
    double y = 0;
    double[] wandered = instrument.wanderedV();
    for (int i = 0; i < r; i++) {
      y += weights[i] * wandered[i];
    }
    float[] g = instrument.gradient();
    // As Moments weigh: H goes as tr Σ to the power of the slope, squares of the noise as tr Σ.
    double s = StrictMath.exp(Moments.SLOPE * StrictMath.log(level));
    double weighted = y * s / level;
    double[] to = q[half];
    for (int c = 0; c < to.length; c++) {
      to[c] += weighted * g[c];
    }
    double[] theta = instrument.thetaV();
    for (int i = 0; i < r; i++) {
      z[half][i] += s * weighted * theta[i];
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

  /** The direction that is followed, on other orthonormal ones; zeros while none is. */
  double[] on(float[][] basis) {
    double[] out = new double[basis.length];
    for (int i = 0; i < out.length && direction.length > 0; i++) {
      out[i] = dot(basis[i], direction);
    }
    return out;
  }

  /**
   * ‖(1 − VVᵀ)Hz‖²/‖λz‖², its noise taken off: may be negative; NaN while nothing is followed.
   *
   * @param sharpness λ now
   * @param level tr Σ of now
   * @param noise how many of V's directions are the noise's, in which z is
   */
  double square(double sharpness, double level, float[][] basis, int noise) {
    int k = q[0].length;
    if (!(count[0] > 0 && count[1] > 0) || k == 0) {
      return Double.NaN;
    }
    double lambda = sharpness / StrictMath.exp(Moments.SLOPE * StrictMath.log(level));
    double residual = 0;
    for (int c = 0; c < k; c++) {
      residual += q[0][c] * q[1][c];
    }
    double size = 0;
    for (int i = 0; i < r; i++) {
      residual -= dot(basis[i], q[0]) * dot(basis[i], q[1]);
      size += i < noise ? z[0][i] * z[1][i] : 0;
    }
    return residual / (lambda * lambda * size);
  }

  private static double dot(float[] v, double[] x) {
    double sum = 0;
    for (int c = 0; c < v.length; c++) {
      sum += v[c] * x[c];
    }
    return sum;
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
