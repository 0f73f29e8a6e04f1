package io.thermograd.estimate.curvature;

import io.thermograd.estimate.noise.Spectrum;
import io.thermograd.estimate.numeric.SketchMath;
import io.thermograd.estimate.numeric.SpectrumKernel;
import io.thermograd.estimate.numeric.SymmetricEigen;
import io.thermograd.estimate.step.QuantityList;
import io.thermograd.wire.QuantityName;
import java.util.List;

/**
 * Noise against curvature in the r directions V where the stream tells H: with S = Σλ_iu_iu_iᵀ of
 * the leading eigenpairs of Σ and Ĥ = VᵀHV,
 *
 * <ul>
 *   <li>alignment tr(SĤ)/(‖S‖_F‖H‖_F), where ‖H‖² is ‖Ĥ‖² less the sum of its squared errors;
 *   <li>|cos| between the first eigenvectors, whose error is that of perturbation theory, δh₁ = Σ_m
 *       h_m(h_mᵀδĤh₁)/(κ₁ − κ_m) and as much for S; nothing while that is not small;
 *   <li>slope of log λ_i on log κ_i by rank, over the first pairs whose κ_i is known to a third.
 * </ul>
 *
 * Errors by the delta method from those of λ_i, of the elements u_iᵀΣu_j that sampling brings, and
 * of Ĥ's elements, taken as independent. O(r³ + r²k) a reading, no state.
 */
final class Alignment {
  private static final double NORMAL = 1.959963984540054;
  private static final double LEAST_KNOWN = 0.5;
  private static final double LARGEST_TURN = 0.25;
  private static final double KNOWN = 1.0 / 3;
  private static final int LEAST_PAIRS = 3;
  private static final String METHOD = "stream";

  private final int n;
  private final int r;
  private final double[] lambda;
  private final double[] lambdaError;
  private final double[][] u;
  private final double[][] h;
  private final double[][] error;
  private final double[][] s;
  private final double sampling;
  private final double[] kappa;
  private final double[][] modes;

  private Alignment(
      double[] lambda,
      double[] lambdaError,
      double[][] u,
      SubspaceHessian hessian,
      double sampling) {
    this.n = lambda.length;
    this.lambda = lambda;
    this.lambdaError = lambdaError;
    this.u = u;
    this.h = hessian.hessian();
    this.r = h.length;
    this.error = hessian.standardErrors();
    this.sampling = sampling;
    this.s = new double[r][r];
    for (int i = 0; i < n; i++) {
      for (int a = 0; a < r; a++) {
        for (int b = 0; b < r; b++) {
          s[a][b] += lambda[i] * u[i][a] * u[i][b];
        }
      }
    }
    this.kappa = new double[r];
    this.modes = new double[r][r];
    decompose();
  }

  private void decompose() {
    SymmetricEigen eigen = new SymmetricEigen(r, SpectrumKernel.best());
    double[] lower = new double[r * r];
    for (int a = 0; a < r; a++) {
      System.arraycopy(h[a], 0, lower, a * r, r);
    }
    boolean done = eigen.decompose(lower, r, r);
    for (int m = 0; m < r; m++) {
      kappa[m] = done ? eigen.value(m) : Double.NaN;
      for (int a = 0; done && a < r; a++) {
        modes[m][a] = eigen.vector(m, a);
      }
    }
  }

  /**
   * @param leading eigenvalues of Σ
   * @param directions their eigenvectors, in sketch space
   * @param sampling 1/N_eff of the spectrum
   */
  static Alignment of(
      List<Spectrum.Eigenvalue> leading,
      float[][] directions,
      double sampling,
      SubspaceHessian hessian) {
    SketchMath math = new SketchMath();
    int r = hessian.hessian().length;
    double[] lambda = new double[leading.size()];
    double[] errors = new double[lambda.length];
    double[][] u = new double[lambda.length][r];
    for (int i = 0; i < lambda.length; i++) {
      lambda[i] = leading.get(i).value();
      errors[i] = leading.get(i).error();
      for (int a = 0; a < r; a++) {
        u[i][a] = math.dot(hessian.basis()[a], directions[i]);
      }
    }
    return new Alignment(lambda, errors, u, hessian, sampling);
  }

  /** Of eigenvectors in the coordinates of V. */
  static Alignment of(
      double[] lambda, double[] errors, double[][] u, double sampling, SubspaceHessian hessian) {
    return new Alignment(lambda, errors, u, hessian, sampling);
  }

  /** tr(SĤ). */
  double product() {
    double sum = 0;
    for (int a = 0; a < r; a++) {
      for (int b = 0; b < r; b++) {
        sum += s[a][b] * h[a][b];
      }
    }
    return sum;
  }

  /** Its variance. */
  double productVariance() {
    double variance = variance(s);
    for (int i = 0; i < n; i++) {
      double share = lambda[i] * lambdaError[i] * quadratic(h, u[i]);
      variance += share * share;
      for (int j = 0; j < i; j++) {
        variance += turned(2 * bilinear(u[i], u[j]), i, j);
      }
    }
    return variance;
  }

  /** Σ_i λ_i. */
  double noise() {
    double sum = 0;
    for (double l : lambda) {
      sum += l;
    }
    return sum;
  }

  /** tr Ĥ. */
  double curvature() {
    double sum = 0;
    for (int a = 0; a < r; a++) {
      sum += h[a][a];
    }
    return sum;
  }

  /** κ₁. */
  double largestCurvature() {
    return kappa[0];
  }

  /** λ of the last direction that was counted: more cannot be along any other. */
  double leastNoise() {
    return lambda[n - 1];
  }

  void describe(QuantityList out) {
    describeAlignment(out);
    describeCosine(out);
    describeSlope(out);
  }

  private void describeAlignment(QuantityList out) {
    double raw = 0;
    double bias = 0;
    double square = 0;
    for (int a = 0; a < r; a++) {
      for (int b = 0; b < r; b++) {
        raw += h[a][b] * h[a][b];
        bias += error[a][b] * error[a][b];
        square += s[a][b] * s[a][b];
      }
    }
    if (!(raw - bias > LEAST_KNOWN * raw && square > 0)) {
      out.absent(
          QuantityName.NOISE_CURVATURE_ALIGNMENT,
          "the Hessian in the noise's directions is lost in its error: more steps are needed");
      return;
    }
    double normH = Math.sqrt(raw - bias);
    double normS = Math.sqrt(square);
    double f = product() / (normS * normH);
    double[][] slope = new double[r][r];
    for (int a = 0; a < r; a++) {
      for (int b = 0; b < r; b++) {
        slope[a][b] = (s[a][b] / normS - f * h[a][b] / normH) / normH;
      }
    }
    double variance = variance(slope);
    double outside = 0;
    for (int i = 0; i < n; i++) {
      double d = (quadratic(h, u[i]) / normH - f * quadratic(s, u[i]) / normS) / normS;
      double share = d * lambda[i] * lambdaError[i];
      variance += share * share;
      for (int j = 0; j < i; j++) {
        variance += turned(2 * bilinear(u[i], u[j]) / (normH * normS), i, j);
      }
      // What u_i has outside V may be aligned as well as the rest, or not at all.
      outside += lambda[i] * lambda[i] * Math.max(0, 1 - dot(u[i], u[i])) / square;
    }
    double width = NORMAL * Math.sqrt(variance) + Math.abs(f) * outside;
    double value = Math.max(-1, Math.min(1, f));
    out.put(
        QuantityName.NOISE_CURVATURE_ALIGNMENT,
        value,
        Math.max(-1, Math.min(value, f - width)),
        Math.min(1, Math.max(value, f + width)),
        METHOD);
  }

  private void describeCosine(QuantityList out) {
    double turn = 0;
    double variance = 0;
    for (int m = 1; m < r; m++) {
      double[][] outer = new double[r][r];
      for (int a = 0; a < r; a++) {
        for (int b = 0; b < r; b++) {
          outer[a][b] = (modes[m][a] * modes[0][b] + modes[0][a] * modes[m][b]) / 2;
        }
      }
      double gap = kappa[0] - kappa[m];
      double angle = variance(outer) / (gap * gap);
      turn += angle;
      double along = dot(u[0], modes[m]);
      variance += along * along * angle;
    }
    for (int i = 1; i < n; i++) {
      double gap = lambda[0] - lambda[i];
      double angle = lambda[0] * lambda[i] * sampling / (gap * gap);
      turn += angle;
      double along = dot(u[i], modes[0]);
      variance += along * along * angle;
    }
    if (!(turn <= LARGEST_TURN)) {
      out.absent(
          QuantityName.NOISE_CURVATURE_COSINE,
          "a leading eigenvector is not told from the next one yet");
      return;
    }
    double value = Math.min(1, Math.abs(dot(u[0], modes[0])));
    // To second order a turned vector is shorter along the true one.
    double width = NORMAL * Math.sqrt(variance) + value * turn / 2;
    out.put(
        QuantityName.NOISE_CURVATURE_COSINE,
        value,
        Math.max(0, value - width),
        Math.min(1, value + width),
        METHOD);
  }

  private void describeSlope(QuantityList out) {
    double[] relative = new double[r];
    int pairs = 0;
    while (pairs < Math.min(n, r)) {
      double[][] outer = new double[r][r];
      for (int a = 0; a < r; a++) {
        for (int b = 0; b < r; b++) {
          outer[a][b] = modes[pairs][a] * modes[pairs][b];
        }
      }
      relative[pairs] = Math.sqrt(variance(outer)) / kappa[pairs];
      if (!(kappa[pairs] > 0 && relative[pairs] <= KNOWN)) {
        break;
      }
      pairs++;
    }
    if (pairs < LEAST_PAIRS) {
      out.absent(
          QuantityName.NOISE_CURVATURE_SLOPE,
          "only %d of %d curvatures in the noise's directions are known to a third"
              .formatted(pairs, LEAST_PAIRS));
      return;
    }
    double meanX = 0;
    double meanY = 0;
    for (int i = 0; i < pairs; i++) {
      meanX += StrictMath.log(kappa[i]) / pairs;
      meanY += StrictMath.log(lambda[i]) / pairs;
    }
    double xx = 0;
    double xy = 0;
    for (int i = 0; i < pairs; i++) {
      double x = StrictMath.log(kappa[i]) - meanX;
      xx += x * x;
      xy += x * (StrictMath.log(lambda[i]) - meanY);
    }
    double slope = xy / xx;
    double variance = 0;
    for (int i = 0; i < pairs; i++) {
      double x = (StrictMath.log(kappa[i]) - meanX) / xx;
      double y = StrictMath.log(lambda[i]) - meanY - slope * x * xx;
      // d slope/d x_i = (y_i − 2·slope·x_i)/Σx², centred.
      double byKappa = y / xx - slope * x;
      variance += x * x * lambdaError[i] * lambdaError[i];
      variance += byKappa * byKappa * relative[i] * relative[i];
    }
    double width = NORMAL * Math.sqrt(variance);
    out.put(QuantityName.NOISE_CURVATURE_SLOPE, slope, slope - width, slope + width, METHOD);
  }

  /** Variance of Σ_ab w_ab·Ĥ_ab, w symmetric: an element and its mirror image are one. */
  private double variance(double[][] w) {
    double sum = 0;
    for (int a = 0; a < r; a++) {
      for (int b = 0; b <= a; b++) {
        double share = (a == b ? 1 : 2) * w[a][b] * error[a][b];
        sum += share * share;
      }
    }
    return sum;
  }

  /** Variance by w·Ŝ_ij, i ≠ j, whose own is λ_iλ_j/N_eff: sampling turns eigenvectors. */
  private double turned(double w, int i, int j) {
    return w * w * lambda[i] * lambda[j] * sampling;
  }

  /** xᵀĤy. */
  private double bilinear(double[] x, double[] y) {
    double sum = 0;
    for (int a = 0; a < r; a++) {
      sum += x[a] * dot(h[a], y);
    }
    return sum;
  }

  private static double quadratic(double[][] a, double[] x) {
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      sum += x[i] * dot(a[i], x);
    }
    return sum;
  }

  private static double dot(double[] x, double[] y) {
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      sum += x[i] * y[i];
    }
    return sum;
  }
}
