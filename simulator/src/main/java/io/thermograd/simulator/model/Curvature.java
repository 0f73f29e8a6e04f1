package io.thermograd.simulator.model;

import io.thermograd.simulator.data.Dataset;
import java.util.Arrays;

/**
 * First and second derivatives of a network's mean loss over chosen examples at one θ, exact in
 * float64: gradient, Hessian H = ∇²L and its Gauss–Newton term (1/n) Σ JᵀSJ, where J is the
 * outputs' Jacobian and S the loss's second derivative by the outputs. H minus that term is what
 * the curved network itself adds.
 *
 * <p>Where a ReLU's input is exactly 0, its second derivative is taken as 0.
 *
 * <p>Cost: preparing takes one gradient; a product with a vector about two, over all the examples.
 * Memory: four doubles a unit and example.
 *
 * <p>Immutable; any thread may use it, and each operator one thread at a time.
 */
public final class Curvature {
  private final Linearisation at;

  private Curvature(Linearisation at) {
    this.at = at;
  }

  /** At θ on the chosen examples, at least one; an index that occurs twice counts twice. */
  public static Curvature at(Mlp mlp, Dataset data, double[] theta, int... examples) {
    return new Curvature(new Linearisation(mlp, data, theta, examples));
  }

  /** At θ on the whole data set. */
  public static Curvature at(Mlp mlp, Dataset data, double[] theta) {
    int[] all = new int[data.size()];
    Arrays.setAll(all, i -> i);
    return at(mlp, data, theta, all);
  }

  /** The same at a θ in float32, which float64 holds exactly. */
  public static Curvature at(Mlp mlp, Dataset data, float[] theta) {
    return at(mlp, data, widen(theta));
  }

  /** Number of examples. */
  public int examples() {
    return at.count;
  }

  /** P. */
  public int parameterCount() {
    return at.theta.length;
  }

  /** Mean loss. */
  public double loss() {
    return at.meanLoss;
  }

  /** G = ∇L. */
  public double[] gradient() {
    double[] gradient = new double[parameterCount()];
    for (int e = 0; e < at.count; e++) {
      at.addGradient(e, 1.0 / at.count, gradient);
    }
    return gradient;
  }

  /** Writes the gradient g_e of the e-th chosen example's loss. */
  public void exampleGradient(int e, double[] gradient) {
    Arrays.fill(gradient, 0);
    at.addGradient(e, 1, gradient);
  }

  /** H. */
  public SymmetricOperator hessian() {
    return operator(false);
  }

  /** The Gauss–Newton term of H, positive semidefinite. */
  public SymmetricOperator gaussNewton() {
    return operator(true);
  }

  /** GᵀHG, (loss/param)³: what a small step along −G finds as curvature, times ‖G‖². */
  public double gradientCurvature() {
    return hessian().quadratic(gradient());
  }

  /**
   * tr(HΣ) = (1/n) Σ_i g_iᵀHg_i − GᵀHG over the chosen examples, in the centred form (1/n) Σ_i (g_i
   * − G)ᵀH(g_i − G). Exact by enumeration; min(n, P) products with H.
   */
  public double noiseCurvature() {
    SymmetricOperator hessian = hessian();
    SymmetricOperator cheap =
        parameterCount() < at.count ? SymmetricOperator.of(hessian.dense()) : hessian;
    double[] mean = gradient();
    double[] deviation = new double[mean.length];
    double sum = 0;
    for (int e = 0; e < at.count; e++) {
      exampleGradient(e, deviation);
      Kernels.axpy(-1, mean, 0, deviation, 0, mean.length);
      sum += cheap.quadratic(deviation);
    }
    return sum / at.count;
  }

  /** The k largest eigenvalues of H with eigenvectors; see {@link Lanczos#top}. */
  public Eigenpairs top(int k) {
    return Lanczos.top(hessian(), k);
  }

  /** Σ = (1/n) Σ_i (g_i − G)(g_i − G)ᵀ over the chosen examples. */
  public SymmetricOperator noise() {
    return new NoiseProduct(at);
  }

  Linearisation linearisation() {
    return at;
  }

  private SymmetricOperator operator(boolean gaussNewton) {
    TangentPass pass = new TangentPass(at, gaussNewton);
    return new SymmetricOperator() {
      @Override
      public int dim() {
        return parameterCount();
      }

      @Override
      public void apply(double[] v, double[] result) {
        pass.apply(v, result);
      }
    };
  }

  private static double[] widen(float[] theta) {
    double[] wide = new double[theta.length];
    for (int p = 0; p < wide.length; p++) {
      wide[p] = theta[p];
    }
    return wide;
  }
}
