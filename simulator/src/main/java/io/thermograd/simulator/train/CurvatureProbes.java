package io.thermograd.simulator.train;

import io.thermograd.simulator.model.Eigenpairs;
import io.thermograd.simulator.model.Lanczos;
import io.thermograd.simulator.model.SymmetricOperator;
import io.thermograd.simulator.model.TraceEstimate;
import io.thermograd.wire.proto.CurvatureProbe;
import io.thermograd.wire.proto.StepEvent;

/**
 * What a trainer that can afford some Hessian-vector products tells every so many steps: the
 * largest eigenvalues of H over all examples (Lanczos, residuals of 10⁻⁶ of the largest), tr H,
 * gᵀHg along the step's mini-batch gradient, and, where the optimizer divides by D, the largest
 * eigenvalue of D⁻¹H. H includes the optimizer's L2 penalty.
 *
 * <p>tr H is exact up to {@value #EXACT} parameters, by as many products, and else Hutchinson's
 * estimate from {@value #VECTORS} vectors, whose standard error is √(2Σ_{i≠j}H_ij²/{@value
 * #VECTORS}): some percent for networks. Nothing is told where a parameter is not finite.
 */
public final class CurvatureProbes implements StepObserver {
  private static final int LARGEST = 3;
  private static final double TOLERANCE = 1e-6;
  private static final int APPLICATIONS = 200;
  private static final int EXACT = 64;
  private static final int VECTORS = 16;
  private static final long SEED = 0x50524F4245L;

  private final GradientSource source;
  private final double l2;
  private final long every;

  /**
   * @param l2 λ where the optimizer adds λθ to the gradient, else 0
   * @param every steps
   */
  public CurvatureProbes(GradientSource source, double l2, long every) {
    TrainingPlan.requireAtLeast("steps between probes", 1, every);
    this.source = source;
    this.l2 = l2;
    this.every = every;
  }

  @Override
  public void observe(StepView step, StepEvent.Builder event) {
    if (step.step() % every == 0 && isFinite(step.theta())) {
      event.setProbe(probe(step));
    }
  }

  private CurvatureProbe probe(StepView step) {
    SymmetricOperator hessian = source.hessian(step.theta());
    if (l2 > 0) {
      hessian = hessian.shifted(l2);
    }
    CurvatureProbe.Builder probe = CurvatureProbe.newBuilder();
    for (double value : top(hessian, LARGEST).values()) {
      probe.addHessianTop(value);
    }
    probe.setHessianTrace(
        hessian.dim() <= EXACT
            ? hessian.trace()
            : TraceEstimate.of(hessian, VECTORS, SEED + step.step()).value());
    probe.setGradHessGrad(hessian.quadratic(step.meanGradient()));
    double[] d = step.preconditioner();
    if (d.length > 0) {
      double[] roots = new double[d.length];
      for (int p = 0; p < d.length; p++) {
        roots[p] = 1 / Math.sqrt(d[p]);
      }
      probe.addPreconditionedTop(top(hessian.scaled(roots), 1).largest());
    }
    return probe.build();
  }

  private static Eigenpairs top(SymmetricOperator a, int k) {
    int most = Math.min(k, a.dim());
    return Lanczos.top(a, most, TOLERANCE, Math.max(most, Math.min(APPLICATIONS, a.dim())));
  }

  private static boolean isFinite(float[] theta) {
    for (float t : theta) {
      if (!Float.isFinite(t)) {
        return false;
      }
    }
    return true;
  }
}
