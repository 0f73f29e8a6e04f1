package io.thermograd.accuracy;

import io.thermograd.estimate.step.TrainingStep;
import org.ejml.simple.SimpleMatrix;

/**
 * The estimators of VᵀHV that the product does not use, on given directions V, for comparison:
 *
 * <pre>
 *   secants     (C − aI)⁻¹-form of D_t = θ_{t+1} − θ_t: N = ⟨D(ḡ_{t+1} − ḡ_t)ᵀ⟩ − (η/m)Σ̂_b
 *   stationary  regression of ḡ on θ, both less their means over all steps; less (r + 3)/(nη)
 *   instrument  ⟨ḡθ̃ᵀ⟩⟨θθ̃ᵀ⟩⁻¹, θ̃ = θ − its exponential average of the past
 * </pre>
 *
 * <p>Crosstalk of the sketch is taken off each as a multiple of the identity. Source: design
 * QUANTITIES.md 4.
 */
final class CurvatureForms {
  private static final double RATE = 1.0 / 200;

  private final int r;
  private final int k;
  private final double eta;
  private final float[][] v;
  private final double[] average;
  private final double[] mean;
  private final double[] meanGradient;
  private float[] before = new float[0];
  private float[] gradientBefore = new float[0];
  private long steps;
  private final Sums secants;
  private final Sums uncorrected;
  private final Sums stationary;
  private final Sums instrument;

  /** ⟨xyᵀ⟩ and ⟨zyᵀ⟩ in V, and their traces over the sketch. */
  private final class Sums {
    final SimpleMatrix a = new SimpleMatrix(r, r);
    final SimpleMatrix n = new SimpleMatrix(r, r);
    double traceA;
    double traceN;
    double count;

    void add(double[] x, double[] z, double[] y) {
      double[] xv = project(x);
      double[] zv = project(z);
      double[] yv = project(y);
      for (int c = 0; c < k; c++) {
        traceA += x[c] * y[c];
        traceN += z[c] * y[c];
      }
      for (int i = 0; i < r; i++) {
        for (int j = 0; j < r; j++) {
          a.set(i, j, a.get(i, j) + xv[i] * yv[j]);
          n.set(i, j, n.get(i, j) + zv[i] * yv[j]);
        }
      }
      count++;
    }

    double top(double off) {
      double shareA = (traceA - a.trace()) / (k - r);
      double shareN = (traceN - n.trace()) / (k - r);
      SimpleMatrix eye = SimpleMatrix.identity(r);
      SimpleMatrix h = n.minus(eye.scale(shareN)).mult(a.minus(eye.scale(shareA)).invert());
      SimpleMatrix symmetric = h.plus(h.transpose()).scale(0.5);
      double top = Double.NEGATIVE_INFINITY;
      for (var value : symmetric.eig().getEigenvalues()) {
        top = Math.max(top, value.real);
      }
      return top - off;
    }
  }

  /**
   * @param v orthonormal rows of k
   * @param eta learning rate
   */
  CurvatureForms(float[][] v, double eta) {
    this.r = v.length;
    this.k = v[0].length;
    this.v = v;
    this.eta = eta;
    this.average = new double[k];
    this.mean = new double[k];
    this.meanGradient = new double[k];
    this.secants = new Sums();
    this.uncorrected = new Sums();
    this.stationary = new Sums();
    this.instrument = new Sums();
  }

  private double[] project(double[] x) {
    double[] out = new double[r];
    for (int i = 0; i < r; i++) {
      for (int c = 0; c < k; c++) {
        out[i] += v[i][c] * x[c];
      }
    }
    return out;
  }

  void accept(TrainingStep step) {
    float[] theta = step.motion().paramSketch();
    float[][] g = step.sketches();
    int m = g.length;
    float[] gradient = new float[k];
    for (float[] row : g) {
      for (int c = 0; c < k; c++) {
        gradient[c] += row[c] / m;
      }
    }
    if (before.length > 0) {
      secant(theta, gradient, before, gradientBefore);
    }
    double[] x = new double[k];
    double[] z = new double[k];
    double[] y = new double[k];
    double fast = Math.max(RATE, 1.0 / (steps + 1));
    for (int c = 0; c < k; c++) {
      x[c] = theta[c];
      z[c] = gradient[c];
      y[c] = theta[c] - average[c];
      average[c] += fast * y[c];
      mean[c] += theta[c];
      meanGradient[c] += gradient[c];
    }
    if (steps * RATE >= 2) {
      instrument.add(x, z, y);
    }
    stationary.add(x, z, x);
    noise(g, gradient);
    before = theta.clone();
    gradientBefore = gradient;
    steps++;
  }

  private void secant(float[] theta, float[] gradient, float[] then, float[] gradientThen) {
    double[] d = new double[k];
    double[] change = new double[k];
    for (int c = 0; c < k; c++) {
      d[c] = theta[c] - then[c];
      change[c] = gradient[c] - gradientThen[c];
    }
    secants.add(d, change, d);
    uncorrected.add(d, change, d);
  }

  /** Takes off (η/m)Σ̂_b, which is η/(m(m − 1)) of the scatter. */
  private void noise(float[][] g, float[] gradient) {
    int m = g.length;
    double factor = eta / (m * (m - 1.0));
    for (float[] row : g) {
      double[] e = new double[k];
      for (int c = 0; c < k; c++) {
        e[c] = row[c] - gradient[c];
        secants.traceN -= factor * e[c] * e[c];
      }
      double[] ev = project(e);
      for (int i = 0; i < r; i++) {
        for (int j = 0; j < r; j++) {
          secants.n.set(i, j, secants.n.get(i, j) - factor * ev[i] * ev[j]);
        }
      }
    }
  }

  double secants() {
    return secants.top(0);
  }

  double secantsUncorrected() {
    return uncorrected.top(0);
  }

  /** Regression at stationarity. */
  double stationary(boolean corrected) {
    Sums centred = new Sums();
    double n = stationary.count;
    double[] x = new double[k];
    double[] z = new double[k];
    for (int c = 0; c < k; c++) {
      x[c] = mean[c] / n;
      z[c] = meanGradient[c] / n;
    }
    centred.add(x, z, x);
    centred.traceA = stationary.traceA / n - centred.traceA;
    centred.traceN = stationary.traceN / n - centred.traceN;
    centred.a.setTo(stationary.a.divide(n).minus(centred.a));
    centred.n.setTo(stationary.n.divide(n).minus(centred.n));
    return centred.top(corrected ? (r + 3) / (n * eta) : 0);
  }

  /** The instrument, crosstalk taken off as a multiple of the identity and nothing else. */
  double instrument() {
    return instrument.top(0);
  }
}
