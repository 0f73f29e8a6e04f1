package io.thermograd.estimate.noise;

import io.thermograd.estimate.numeric.HalfLife;
import io.thermograd.estimate.numeric.SketchMath;
import io.thermograd.estimate.numeric.StateArrays;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/**
 * How much this one sketch stretches the leading directions of the noise, from norms that the
 * trainer knows exactly.
 *
 * <p>A fixed sketch changes the square of a direction's length by a relative √(2/k), which no
 * averaging over steps removes; but every step compares the exact scatter s = Σ_j‖e_j‖² with its
 * sketch's ŝ. With a_j the projections of Se_j on r held directions and ρ = ŝ − Σ_j‖a_j‖²,
 *
 * <pre>
 *   s − ŝ ≈ Σ_j a_jᵀ D a_j + δρ,   I + D the metric that undoes the sketch in these directions,
 * </pre>
 *
 * a linear regression for D and δ, both sides over ŝ so that all steps weigh alike. A priori D_ii
 * has variance 2/k, D_il 1/k, and δ 2/k at most: with them the regression is Bayes' and shrinks
 * what the data do not tell to 0, the uncalibrated estimate. The held directions are those of a
 * {@link NoiseSpectrum}; when they are taken anew the regression goes along, a ↦ Ra.
 *
 * <p>O(rk) a contrast and O(r⁴/8) a step; a read-out is O(r⁶/40). State rk floats and O(r⁴/8)
 * doubles, and as much to work in; nothing is allocated once directions are held. One owner thread.
 */
final class SketchCalibration {
  static final int RANK = Spectrum.MOST;

  /** A wider sketch is within 3 % by itself, and its rows are better spent on other state. */
  private static final int WIDEST = 2048;

  private static final int PAIRS = RANK * (RANK + 1) / 2;
  private static final int P = PAIRS + 1;
  private static final long FIRST = 64;
  private static final int NEEDED = 100;
  private static final int ROUNDS = 4;

  /** The sketch never changes, only the directions do. */
  private static final double MEMORY = 4;

  private final int sketchDim;
  private final double decay;
  private final long longest;
  private final SketchMath math;
  private final double[] a = new double[RANK];
  private final double[] z = new double[P];
  private final double[] products = new double[P * P];
  private final double[] moments = new double[P];
  // weight, Σ w y², number of steps
  private final double[] sums = new double[3];
  private float[][] basis = new float[0][];

  // Work space of a refresh.
  private float[][] fresh = new float[0][];
  private final double[][] turn = new double[P][P];
  private final double[][] half = new double[P][P];
  private final double[] turned = new double[P];

  /** Of a read-out, which may use a refresh's space: half. */
  private final SketchMetric.Calibrated known = new SketchMetric.Calibrated(P, half);

  private final double[] precision = new double[P];
  private final double prior;
  private long next = FIRST;

  SketchCalibration(int sketchDim, double halfLife, SketchMath math) {
    this.sketchDim = sketchDim;
    this.decay = HalfLife.decay(MEMORY * halfLife);
    this.longest = (long) Math.max(1, halfLife);
    this.math = math;
    this.prior = sketchDim == 0 ? 0 : 1.0 / sketchDim;
    for (int i = 0, at = 0; i < RANK; i++) {
      for (int l = 0; l <= i; l++) {
        precision[at++] = i == l ? 1 / (2 * prior) : 1 / prior;
      }
    }
    precision[PAIRS] = 1 / (2 * prior);
  }

  /**
   * Adds a step.
   *
   * @param exact Σ_j‖e_j‖² from exact norms
   * @param spectrum that has seen the step, for the directions
   */
  void accept(Contrasts contrasts, double exact, NoiseSpectrum spectrum) {
    if (sketchDim == 0 || sketchDim > WIDEST) {
      return;
    }
    if (spectrum.steps() >= next) {
      next = spectrum.steps() + Math.min(spectrum.steps(), longest);
      directions(spectrum);
      refresh();
    }
    double sketched = contrasts.count() * contrasts.scatter();
    double y = exact / sketched - 1;
    if (basis.length == 0 || !(Math.abs(y) < 1)) {
      return;
    }
    Arrays.fill(z, 0);
    double inside = 0;
    for (float[] row : contrasts.rows()) {
      for (int i = 0, at = 0; i < RANK; i++) {
        a[i] = math.dot(basis[i], row);
        inside += a[i] * a[i];
        for (int l = 0; l < i; l++) {
          z[at++] += 2 * a[i] * a[l];
        }
        z[at++] += a[i] * a[i];
      }
    }
    z[PAIRS] = sketched - inside;
    for (int i = 0; i < P; i++) {
      z[i] /= sketched;
    }
    add(y);
  }

  private void add(double y) {
    for (int i = 0; i < P; i++) {
      int row = i * P;
      double zi = z[i];
      for (int j = 0; j <= i; j++) {
        products[row + j] = decay * products[row + j] + zi * z[j];
      }
      moments[i] = decay * moments[i] + zi * y;
    }
    sums[0] = decay * sums[0] + 1;
    sums[1] = decay * sums[1] + y * y;
    sums[2]++;
  }

  /** Those of now, into {@link #fresh}. */
  private void directions(NoiseSpectrum spectrum) {
    if (fresh.length == 0 || fresh[0].length != spectrum.length()) {
      fresh = new float[RANK][spectrum.length()];
    }
    spectrum.directions(fresh);
  }

  /** z ↦ Tz for a ↦ Ra; ρ takes what the new directions do not see. */
  private void refresh() {
    float[][] before = basis;
    if (before.length > 0) {
      double[][] r = overlaps();
      double[][] t = turn;
      t[PAIRS][PAIRS] = 1;
      for (int p = 0, at = 0; p < RANK; p++) {
        for (int q = 0; q <= p; q++, at++) {
          for (int i = 0, from = 0; i < RANK; i++) {
            for (int l = 0; l <= i; l++, from++) {
              // Off the diagonal z holds a product twice, and so does its image.
              double both =
                  i == l ? r[p][i] * r[q][i] : 0.5 * (r[p][i] * r[q][l] + r[p][l] * r[q][i]);
              t[at][from] = (p == q ? 1 : 2) * both;
            }
          }
        }
      }
      for (int from = 0; from < PAIRS; from++) {
        double kept = 0;
        for (int p = 0; p < RANK; p++) {
          kept += t[diagonal(p)][from];
        }
        t[PAIRS][from] = -kept;
      }
      for (int i = 0; i < RANK; i++) {
        t[PAIRS][diagonal(i)] += 1;
      }
      transform(t);
    }
    basis = fresh;
    fresh = before;
  }

  private static int diagonal(int i) {
    return i * (i + 3) / 2;
  }

  /** ⟨fresh, held⟩. */
  private double[][] overlaps() {
    double[][] r = known.overlaps;
    for (int i = 0; i < RANK; i++) {
      for (int j = 0; j < RANK; j++) {
        r[i][j] = math.dot(fresh[i], basis[j]);
      }
    }
    return r;
  }

  private void transform(double[][] t) {
    double[] m = turned;
    Arrays.fill(m, 0);
    for (int i = 0; i < P; i++) {
      Arrays.fill(half[i], 0);
      for (int j = 0; j < P; j++) {
        m[i] += t[i][j] * moments[j];
        for (int l = 0; l < P; l++) {
          half[i][l] += t[i][j] * products[Math.max(j, l) * P + Math.min(j, l)];
        }
      }
    }
    for (int i = 0; i < P; i++) {
      moments[i] = m[i];
      for (int j = 0; j <= i; j++) {
        double sum = 0;
        for (int l = 0; l < P; l++) {
          sum += half[i][l] * t[j][l];
        }
        products[i * P + j] = sum;
      }
    }
  }

  /**
   * What is known now for the leading directions of the spectrum, or what is known without any
   * norms: no correction, and the sketch's own variance. Changes nothing but the metric that was
   * given out before.
   */
  SketchMetric metric(NoiseSpectrum spectrum) {
    if (sums[2] < NEEDED || basis.length == 0) {
      return SketchMetric.unknown(prior);
    }
    directions(spectrum);
    overlaps();
    new NormalEquations(products, moments, sums[0], sums[1])
        .solve(precision, ROUNDS, known.posterior);
    return SketchMetric.of(prior, known);
  }

  void writeTo(DataOutput out) throws IOException {
    StateArrays.write(out, sums);
    out.writeLong(next);
    StateArrays.write(out, basis);
    if (basis.length > 0) {
      StateArrays.write(out, products);
      StateArrays.write(out, moments);
    }
  }

  void readFrom(DataInput in) throws IOException {
    StateArrays.read(in, sums);
    next = in.readLong();
    basis = StateArrays.readRows(in);
    if (basis.length > 0) {
      StateArrays.read(in, products);
      StateArrays.read(in, moments);
    } else {
      Arrays.fill(products, 0);
      Arrays.fill(moments, 0);
    }
  }
}
