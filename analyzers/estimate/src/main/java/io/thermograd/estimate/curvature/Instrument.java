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
 * = ggᵀ, and the traces of A and N over the whole sketch, for its crosstalk.
 *
 * <p><b>Epochs.</b> Of n examples without replacement, what is left after u has the mean noise −Σ_s
 * B_sξ_s/(n − u), s the epoch's steps before t: ξ_t is correlated with θ̃_t after all, as much as
 * to double a small curvature. (1 − u/n)ξ_t + Σ_s(B_s/n)ξ_s is not, exactly; so θ_t and g_t are
 * replaced by the same combination of theirs, which leaves the relation between them as it is.
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
  private double[] sum = new double[0];
  private double[] sumGradient = new double[0];
  private float[] wandered = new float[0];
  private float[] theta = new float[0];
  private float[] gradient = new float[0];

  private final double[] averageV;
  private final double[] centreV;
  private final double[] centreGradientV;
  private final double[] sumV;
  private final double[] sumGradientV;
  private final double[] wanderedV;
  private final double[] thetaV;
  private final double[] gradientV;

  private final double[][] sums;
  private double traceA;
  private double traceN;
  private double noiseTrace;
  private double count;

  Instrument(int r, double rate, SketchMath math) {
    this.r = r;
    this.rate = rate;
    this.math = math;
    this.averageV = new double[r];
    this.centreV = new double[r];
    this.centreGradientV = new double[r];
    this.sumV = new double[r];
    this.sumGradientV = new double[r];
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
   * @param noise the step's own estimate of tr Σ
   * @param epochs where the step stands in its epoch
   */
  boolean accept(float[] x, double[] xV, float[] g, double[] gV, double noise, Epochs epochs) {
    int k = x.length;
    if (average.length != k) {
      start(k);
    }
    double left = epochs.left();
    double share = epochs.share();
    if (epochs.first()) {
      Arrays.fill(sum, 0);
      Arrays.fill(sumGradient, 0);
      Arrays.fill(sumV, 0);
      Arrays.fill(sumGradientV, 0);
    }
    boolean used = seen * rate >= WARM_UP;
    double fast = Math.max(rate, 1.0 / (seen + 1));
    double slow = Math.max(CENTRE * rate, 1.0 / (seen + 1));
    for (int i = 0; i < k; i++) {
      double off = x[i] - average[i];
      double t = x[i] - centre[i];
      double d = g[i] - centreGradient[i];
      wandered[i] = (float) off;
      theta[i] = (float) (left * t + sum[i]);
      gradient[i] = (float) (left * d + sumGradient[i]);
      sum[i] += share * t;
      sumGradient[i] += share * d;
      average[i] += fast * off;
      centre[i] += slow * t;
      centreGradient[i] += slow * d;
    }
    for (int i = 0; i < r; i++) {
      wanderedV[i] = xV[i] - averageV[i];
      double t = xV[i] - centreV[i];
      double d = gV[i] - centreGradientV[i];
      thetaV[i] = left * t + sumV[i];
      gradientV[i] = left * d + sumGradientV[i];
      sumV[i] += share * t;
      sumGradientV[i] += share * d;
      averageV[i] += fast * wanderedV[i];
      centreV[i] += slow * t;
      centreGradientV[i] += slow * d;
    }
    seen++;
    if (used) {
      noiseTrace += noise;
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

  private void outer(double[] to, double[] x, double[] y) {
    for (int i = 0; i < r; i++) {
      double xi = x[i];
      for (int j = 0; j < r; j++) {
        to[i * r + j] += xi * y[j];
      }
    }
  }

  private void start(int k) {
    average = new double[k];
    centre = new double[k];
    centreGradient = new double[k];
    sum = new double[k];
    sumGradient = new double[k];
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

  /** Sum of the steps' tr Σ. */
  double noiseTrace() {
    return noiseTrace;
  }

  /** Steps in the sums. */
  double count() {
    return count;
  }

  /** Begins a new block. */
  void clear() {
    for (double[] matrix : sums) {
      Arrays.fill(matrix, 0);
    }
    traceA = 0;
    traceN = 0;
    noiseTrace = 0;
    count = 0;
  }

  /** Takes the projections on other directions; between blocks. */
  void project(float[][] basis) {
    if (average.length == 0) {
      return;
    }
    for (int i = 0; i < r; i++) {
      float[] v = basis[i];
      averageV[i] = dot(v, average);
      centreV[i] = dot(v, centre);
      centreGradientV[i] = dot(v, centreGradient);
      sumV[i] = dot(v, sum);
      sumGradientV[i] = dot(v, sumGradient);
    }
  }

  private static double dot(float[] v, double[] x) {
    double product = 0;
    for (int i = 0; i < v.length; i++) {
      product += v[i] * x[i];
    }
    return product;
  }

  void writeTo(DataOutput out) throws IOException {
    out.writeInt(average.length);
    out.writeLong(seen);
    out.writeDouble(traceA);
    out.writeDouble(traceN);
    out.writeDouble(noiseTrace);
    out.writeDouble(count);
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
    noiseTrace = in.readDouble();
    count = in.readDouble();
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
      sum,
      sumGradient,
      sumV,
      sumGradientV,
      sums[A],
      sums[N],
      sums[C],
      sums[F]
    };
  }
}
