package io.thermograd.estimate.fluctuation;

import io.thermograd.estimate.numeric.StudentT;
import io.thermograd.estimate.step.QuantityList;
import io.thermograd.wire.QuantityName;

/**
 * How far the parameters' fluctuations are from detailed balance: ρ = ‖A‖_F/‖D‖_F of M = Cov(θ, ḡ)
 * = CH in the leading noise directions, A = ½(M − Mᵀ), D = ½(M + Mᵀ). For small lags the lagged
 * covariance's antisymmetric part is ½(C_τ − C_τᵀ) = η_eff·τ·A, and D is half the noise that drives
 * the motion; ρ = 0 when C and H commute. Source: C. Kwon, P. Ao, D. Thouless, PNAS 102 (2005)
 * 13029, doi:10.1073/pnas.0506347102.
 *
 * <p>‖A‖² of an estimated A is too large by its errors. Products of two different blocks' A have
 * errors that are independent and so the right mean: ‖A‖² ≈ mean_{b≠c}⟨A_b, A_c⟩, and the interval
 * is a jackknife over blocks.
 */
final class RotationalFlow {
  private static final String METHOD = "virial";

  private RotationalFlow() {}

  /**
   * @param k sketch dimension, 0 when vectors are sent whole
   */
  static void describe(QuantityList out, Blocks blocks, int rank, int k) {
    int n = blocks.count();
    double[][] elements = new double[n][];
    for (int b = 0; b < n; b++) {
      elements[b] = elements(blocks.get(b), rank, k);
    }
    double all = squaredRatio(elements, rank, -1);
    double mean = 0;
    double[] without = new double[n];
    for (int b = 0; b < n; b++) {
      without[b] = squaredRatio(elements, rank, b);
      mean += without[b] / n;
    }
    double scatter = 0;
    for (double x : without) {
      scatter += (x - mean) * (x - mean);
    }
    double width = StudentT.quantile975(n - 1) * Math.sqrt(scatter * (n - 1) / n);
    out.put(QuantityName.ROTATIONAL_FLOW, root(all), root(all - width), root(all + width), METHOD);
  }

  private static double root(double x) {
    return Math.sqrt(Math.max(0, x)); // NaN stays
  }

  private static double[] elements(Moments m, int rank, int k) {
    double[] x = new double[rank * rank];
    double off = m.crosstalk(Moments.VIRIAL, k);
    for (int i = 0; i < rank; i++) {
      for (int j = 0; j < rank; j++) {
        x[i * rank + j] = m.element(Moments.VIRIAL, i, j) / m.steps() - (i == j ? off : 0);
      }
    }
    return x;
  }

  /** Mean of ⟨A_b, A_c⟩ over that of ⟨D_b, D_c⟩, b ≠ c, neither the one left out. */
  private static double squaredRatio(double[][] blocks, int rank, int left) {
    double flow = 0;
    double balance = 0;
    for (int i = 0; i < rank; i++) {
      for (int j = 0; j <= i; j++) {
        double a = 0;
        double aa = 0;
        double d = 0;
        double dd = 0;
        for (int b = 0; b < blocks.length; b++) {
          if (b != left) {
            double x = blocks[b][i * rank + j];
            double y = blocks[b][j * rank + i];
            a += x - y;
            aa += (x - y) * (x - y);
            d += x + y;
            dd += (x + y) * (x + y);
          }
        }
        flow += i == j ? 0 : a * a - aa;
        balance += (i == j ? 0.5 : 1) * (d * d - dd);
      }
    }
    return balance > 0 ? flow / balance : Double.NaN;
  }
}
