package io.thermograd.theory;

/**
 * Upper bounds of ‖∇²ℓ‖₂ of one example's cross-entropy under a ReLU network without biases, z =
 * W_L D_{L−1} W_{L−1} … D_1 W_1 x, from its layers' spectral norms n_p = ‖W_p‖₂ alone.
 *
 * <p>With ‖A‖₂ ≤ ½ for A = diag(p) − ppᵀ and ‖p − y‖₂ ≤ √2, the two parts of the Hessian obey
 *
 * <ul>
 *   <li>G-term JᵀAJ: ½‖x‖²·Σ_p Π_{s≠p} n_s², since ‖∂z‖ ≤ ‖x‖·Σ_p ‖∂W_p‖·Π_{s≠p} n_s;
 *   <li>H-term Σ_k (p−y)_k ∇²z_k: √2‖x‖·λ_max(M), M_pq = Π_{s≠p,q} n_s off the diagonal and 0 on
 *       it.
 * </ul>
 *
 * <p>{@link #whole} is their sum and always holds where the loss is twice differentiable. The bound
 * in print ({@link #stated}) is for the G-term, has one factor n_p too many in every product, and
 * fails where the norms are small; it is kept for comparison, with the constant in print and the
 * sharp one.
 *
 * <p>Pure functions; bad input is an {@link IllegalArgumentException} that names the argument and
 * the value.
 *
 * <p>Source of the printed bound: N. Kiselev and A. Grabovoy, arXiv:2409.11995, theorem 1.
 */
public final class HessianBound {
  /** sup ‖diag(p) − ppᵀ‖₂ over probability vectors, attained by two classes of probability ½. */
  public static final double SHARP = 0.5;

  /** The constant in print. */
  public static final double PUBLISHED = Math.sqrt(2);

  private HessianBound() {}

  /**
   * constant·(L‖x‖²·Π_p n_p² + Σ_p Π_{s≥p} n_s²): proven for the G-term only if every n_p ≥ 1.
   *
   * @param layerNorms n_1 … n_L, from the input on
   * @param inputNorm ‖x‖
   * @param constant {@link #SHARP} or {@link #PUBLISHED}
   */
  public static double stated(double[] layerNorms, double inputNorm, double constant) {
    check(layerNorms, inputNorm);
    Checks.positive("constant", constant);
    double above = 1;
    double sum = 0;
    for (int p = layerNorms.length - 1; p >= 0; p--) {
      above *= layerNorms[p] * layerNorms[p];
      sum += above;
    }
    return constant * (layerNorms.length * inputNorm * inputNorm * above + sum);
  }

  /** ½‖x‖²·Σ_p Π_{s≠p} n_s², of the G-term (generalised Gauss–Newton matrix). */
  public static double gaussNewton(double[] layerNorms, double inputNorm) {
    check(layerNorms, inputNorm);
    double sum = 0;
    for (int p = 0; p < layerNorms.length; p++) {
      double others = productWithout(layerNorms, p, p);
      sum += others * others;
    }
    return SHARP * inputNorm * inputNorm * sum;
  }

  /** Of the whole Hessian: {@link #gaussNewton} and the H-term's √2‖x‖·λ_max(M). O(L³). */
  public static double whole(double[] layerNorms, double inputNorm) {
    double gaussNewton = gaussNewton(layerNorms, inputNorm);
    int n = layerNorms.length;
    double[][] m = new double[n][n];
    for (int p = 0; p < n; p++) {
      for (int q = 0; q < p; q++) {
        m[p][q] = productWithout(layerNorms, p, q);
        m[q][p] = m[p][q];
      }
    }
    return gaussNewton
        + StrictMath.sqrt(2) * inputNorm * SymmetricEigen.of("products", m).largest();
  }

  /** ‖diag(p) − ppᵀ‖₂ of given probabilities, O(K³). */
  public static double softmaxCurvature(double[] probabilities) {
    int k = Checks.atLeast("number of classes", 1, probabilities.length);
    double sum = 0;
    double[][] a = new double[k][k];
    for (int i = 0; i < k; i++) {
      sum += Checks.nonNegative("probabilities[%d]".formatted(i), probabilities[i]);
      for (int j = 0; j < k; j++) {
        a[i][j] = (i == j ? probabilities[i] : 0) - probabilities[i] * probabilities[j];
      }
    }
    if (Math.abs(sum - 1) > 1e-9) {
      throw new IllegalArgumentException("probabilities should have the sum 1: had " + sum);
    }
    return SymmetricEigen.of("softmax curvature", a).largest();
  }

  private static double productWithout(double[] norms, int p, int q) {
    double product = 1;
    for (int s = 0; s < norms.length; s++) {
      product *= s == p || s == q ? 1 : norms[s];
    }
    return product;
  }

  private static void check(double[] layerNorms, double inputNorm) {
    Checks.atLeast("number of layers", 1, layerNorms.length);
    for (int p = 0; p < layerNorms.length; p++) {
      Checks.nonNegative("layer norms[%d]".formatted(p), layerNorms[p]);
    }
    Checks.nonNegative("input norm", inputNorm);
  }
}
