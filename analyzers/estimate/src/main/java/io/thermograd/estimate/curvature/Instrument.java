package io.thermograd.estimate.curvature;

import io.thermograd.estimate.numeric.SketchMath;
import io.thermograd.estimate.numeric.StateArrays;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/**
 * Where θ has wandered lately, and how the gradient answers: θ̃_t = θ_t − (its exponential average
 * over the past, rate b) depends on no noise of step t or later, so that E[ξ_tθ̃_tᵀ] = 0 exactly
 * and E[g_tθ̃_tᵀ] = H·E[θ_tθ̃_tᵀ] for any optimizer. θ_t and g_t are centred by much slower
 * averages of their own past (rate b/16), which changes neither side of that by more than
 * 2(b′)²(a+b)/(a(a+b′) (b+b′)) of it along a direction that relaxes at rate a, 1.4 % where a = b.
 *
 * <p>One object sums, over a block of steps and on r directions V: A = θθ̃ᵀ, N = gθ̃ᵀ, C = θ̃θ̃ᵀ, F
 * = ggᵀ, and the traces of A and N over the whole sketch, for its crosstalk. Where examples are
 * drawn without replacement, ξ_t is correlated with the noise before it in its epoch, and θ̃ stays
 * the one of the epoch's start.
 *
 * <p>O(k + r²) a step. One owner thread.
 */
final class Instrument {
  static final int MATRICES = 4;
  static final int A = 0;
  static final int N = 1;
  static final int C = 2;
  static final int F = 3;

  /** How much slower the centres move. */
  private static final double CENTRE = 1.0 / 16;

  /** Time constants of the average before what deviates from it is used. */
  private static final double WARM_UP = 2;

  private final int r;
  private final double rate;
  private final SketchMath math;
  private long seen;
  private double[] average = new double[0];
  private double[] centre = new double[0];
  private double[] centreGradient = new double[0];
  private float[] wandered = new float[0];
  private float[] theta = new float[0];
  private float[] gradient = new float[0];

  private final double[] averageV;
  private final double[] centreV;
  private final double[] centreGradientV;
  private final double[] wanderedV;
  private final double[] thetaV;
  private final double[] gradientV;

  private final double[][] sums;
  private double traceA;
  private double traceN;
  private double count;

  Instrument(int r, double rate, SketchMath math) {
    this.r = r;
    this.rate = rate;
    this.math = math;
    this.averageV = new double[r];
    this.centreV = new double[r];
    this.centreGradientV = new double[r];
    this.wanderedV = new double[r];
    this.thetaV = new double[r];
    this.gradientV = new double[r];
    this.sums = new double[MATRICES][r * r];
  }

  /**
   * Adds a step; true when its deviation was used.
   *
   * @param x S θ_t and its projections
   * @param g S ḡ_t and its projections
   * @param renew whether θ̃ may be that of this step
   */
  boolean accept(float[] x, double[] xV, float[] g, double[] gV, boolean renew) {
    int k = x.length;
    if (average.length != k) {
      start(k);
    }
    boolean used = seen * rate >= WARM_UP;
    double fast = Math.max(rate, 1.0 / (seen + 1));
    double slow = Math.max(CENTRE * rate, 1.0 / (seen + 1));
    for (int i = 0; i < k; i++) {
      double off = x[i] - average[i];
      double t = x[i] - centre[i];
      double d = g[i] - centreGradient[i];
      if (renew) {
        wandered[i] = (float) off;
      }
      theta[i] = (float) t;
      gradient[i] = (float) d;
      average[i] += fast * off;
      centre[i] += slow * t;
      centreGradient[i] += slow * d;
    }
    for (int i = 0; i < r; i++) {
      double off = xV[i] - averageV[i];
      if (renew) {
        wanderedV[i] = off;
      }
      thetaV[i] = xV[i] - centreV[i];
      gradientV[i] = gV[i] - centreGradientV[i];
      averageV[i] += fast * off;
      centreV[i] += slow * thetaV[i];
      centreGradientV[i] += slow * gradientV[i];
    }
    seen++;
    if (used) {
      add();
    }
    return used;
  }

  private void add() {
    traceA += math.dot(theta, wandered);
    traceN += math.dot(gradient, wandered);
    count++;
    outer(sums[A], thetaV, wanderedV);
    outer(sums[N], gradientV, wanderedV);
    outer(sums[C], wanderedV, wanderedV);
    outer(sums[F], gradientV, gradientV);
  }

  private void outer(double[] sum, double[] x, double[] y) {
    for (int i = 0; i < r; i++) {
      double xi = x[i];
      for (int j = 0; j < r; j++) {
        sum[i * r + j] += xi * y[j];
      }
    }
  }

  private void start(int k) {
    average = new double[k];
    centre = new double[k];
    centreGradient = new double[k];
    wandered = new float[k];
    theta = new float[k];
    gradient = new float[k];
    seen = 0;
  }

  /** g_t less its centre; until the next step. */
  float[] gradient() {
    return gradient;
  }

  /** Projections of θ_t less its centre. */
  double[] thetaV() {
    return thetaV;
  }

  /** Projections of θ̃_t. */
  double[] wanderedV() {
    return wanderedV;
  }

  double[] sum(int matrix) {
    return sums[matrix];
  }

  double traceA() {
    return traceA;
  }

  double traceN() {
    return traceN;
  }

  /** Steps in the sums. */
  double count() {
    return count;
  }

  /** Begins a new block. */
  void clear() {
    for (double[] sum : sums) {
      Arrays.fill(sum, 0);
    }
    traceA = 0;
    traceN = 0;
    count = 0;
  }

  /** Takes the projections on other directions; between blocks. */
  void project(Subspace subspace) {
    if (average.length == 0) {
      return;
    }
    for (int i = 0; i < r; i++) {
      float[] v = subspace.basis()[i];
      averageV[i] = dot(v, average);
      centreV[i] = dot(v, centre);
      centreGradientV[i] = dot(v, centreGradient);
      wanderedV[i] = math.dot(v, wandered);
    }
  }

  private static double dot(float[] v, double[] x) {
    double sum = 0;
    for (int i = 0; i < v.length; i++) {
      sum += v[i] * x[i];
    }
    return sum;
  }

  void writeTo(DataOutput out) throws IOException {
    out.writeInt(average.length);
    out.writeLong(seen);
    out.writeDouble(traceA);
    out.writeDouble(traceN);
    out.writeDouble(count);
    StateArrays.write(out, wandered, 0, wandered.length);
    for (double[] x : arrays()) {
      StateArrays.write(out, x);
    }
  }

  void readFrom(DataInput in) throws IOException {
    int k = in.readInt();
    if (k < 0 || k > 1 << 26) {
      throw new IOException("state claims sketches of " + k + " floats");
    }
    start(k);
    seen = in.readLong();
    traceA = in.readDouble();
    traceN = in.readDouble();
    count = in.readDouble();
    StateArrays.read(in, wandered, 0, k);
    for (double[] x : arrays()) {
      StateArrays.read(in, x);
    }
  }

  private double[][] arrays() {
    return new double[][] {
      average,
      centre,
      centreGradient,
      averageV,
      centreV,
      centreGradientV,
      wanderedV,
      sums[A],
      sums[N],
      sums[C],
      sums[F]
    };
  }
}
