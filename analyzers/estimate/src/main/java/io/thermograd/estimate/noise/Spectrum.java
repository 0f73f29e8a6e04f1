package io.thermograd.estimate.noise;

import java.util.ArrayList;
import java.util.List;

/**
 * What the eigenvalues of a sampled, sketched covariance say about those of Σ.
 *
 * <p>Sampling with N_eff contrasts and sketching to k dimensions both smear the many small
 * eigenvalues over all directions, also the leading ones: with x = 1/N_eff + 1/k and T_b the trace
 * of all but the leading n, E λ̂_i ≈ λ_i + x·T_b (the bulk's part of the first-order repulsion
 * x·Σ_j λ_iλ_j/(λ_i − λ_j), λ_j ≪ λ_i). It is taken off.
 *
 * <p><b>How many lead.</b> Of a flat spectrum the largest sample eigenvalue means nothing. The bulk
 * behind i, with trace T and square sum F, is like d = T²/F directions of F/T each, whose sample
 * eigenvalues reach F/T·(1 + √(d·x))²; λ̂_i must be beyond (Marchenko and Pastur 1967; Baik, Ben
 * Arous, Péché, Ann. Probab. 33 (2005), doi:10.1214/009117905000000233). The first that is not ends
 * the list.
 *
 * <p><b>Interval.</b> (λ̂ − λ)/λ has variance (κ − 1)/N_eff + 2/k: the variance of a mean of
 * squares whose kurtosis along the direction is κ (2/N_eff for normal noise), and of a direction's
 * length in the sketch, less where {@link SketchCalibration} knows it. A quarter of what was taken
 * off counts as a standard error of its own.
 */
public final class Spectrum {
  /** Eigenvalues beyond are not told apart from the bulk well enough. */
  static final int MOST = 10;

  private static final double NORMAL = 3;

  // Normal noise has 3; a sample of an eigenvector can seem to have less.
  private static final double LEAST_KURTOSIS = 2;

  private final double[] values;
  private final double trace;
  private final double sampling;
  private final OutOfSample.Statistics outside;

  /**
   * One eigenvalue.
   *
   * @param value of Σ
   * @param error its standard error, relative
   */
  public record Eigenvalue(double value, double error) {}

  Spectrum(double[] values, double trace, double sampling, OutOfSample.Statistics outside) {
    this.values = values;
    this.trace = trace;
    this.sampling = sampling;
    this.outside = outside;
  }

  /** The i-th largest eigenvalue of the weighted sample, as it is. */
  public double sampleValue(int i) {
    return values[i];
  }

  /** Weighted mean of ‖e‖². */
  public double trace() {
    return trace;
  }

  /** Equally weighted contrasts with the same error. */
  public double effectiveCount() {
    return 1 / sampling;
  }

  /**
   * Leading eigenvalues, largest first.
   *
   * @param k dimension of the sketch, 0 without one
   */
  public List<Eigenvalue> leading(int k) {
    return leading(k, SketchMetric.unknown(k == 0 ? 0 : 1.0 / k));
  }

  /**
   * As {@link #leading(int)}, with the sketch undone along their directions as far as it is known.
   */
  List<Eigenvalue> leading(int k, SketchMetric metric) {
    double sketch = k == 0 ? 0 : 1.0 / k;
    double x = sampling + sketch;
    int n = count(x, sketch);
    double lead = 0;
    for (int i = 0; i < n; i++) {
      lead += values[i];
    }
    // λ_i = λ̂_i − xT_b and T_b = tr − Σλ_i, solved.
    double off = x * Math.max(0, trace - lead) / (1 - n * x);
    int found = 0;
    while (found < n && values[found] > off) {
      found++;
    }
    double[] shown = new double[found];
    for (int i = 0; i < found; i++) {
      shown[i] = values[i] - off;
    }
    SketchMetric.Values exact = metric.apply(shown);
    List<Eigenvalue> leading = new ArrayList<>(found);
    for (int i = 0; i < found; i++) {
      double measured = outside.kurtosis()[i];
      double kurtosis = Double.isNaN(measured) ? NORMAL : Math.max(LEAST_KURTOSIS, measured);
      double allowance = off / shown[i] / 4;
      double variance = (kurtosis - 1) * sampling + exact.variance()[i] + allowance * allowance;
      leading.add(new Eigenvalue(exact.value()[i], Math.sqrt(variance)));
    }
    return leading;
  }

  private int count(double x, double sketch) {
    int r = values.length;
    double rest = trace;
    for (double v : values) {
      rest -= v;
    }
    rest = Math.max(0, rest);
    double overlap = outside.restOverlap() - sketch * outside.restTrace() * outside.restTrace();
    double squares = Math.max(0, Math.min(overlap / (1 + sketch), rest * values[r - 1]));
    if (!(squares >= 0)) {
      return 0;
    }
    double[] edge = new double[r];
    for (int i = r - 1; i >= 0; i--) {
      edge[i] = rest > 0 && squares > 0 ? edge(rest, squares, x) : 0;
      rest += values[i];
      squares += values[i] * values[i];
    }
    int n = 0;
    while (n < Math.min(MOST, r) && values[n] > edge[n] && (n + 1) * x < 0.5) {
      n++;
    }
    return n;
  }

  private static double edge(double rest, double squares, double x) {
    double root = 1 + Math.sqrt(rest * rest / squares * x);
    return squares / rest * root * root;
  }
}
