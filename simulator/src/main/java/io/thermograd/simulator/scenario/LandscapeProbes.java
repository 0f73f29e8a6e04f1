package io.thermograd.simulator.scenario;

import io.thermograd.simulator.landscape.Landscape;
import io.thermograd.simulator.model.Lanczos;
import io.thermograd.simulator.model.SymmetricOperator;

/** Exact values of a landscape at the parameters of a step. */
final class LandscapeProbes {
  private LandscapeProbes() {}

  /** Loss and ‖G‖². */
  static TruthProbe values(Landscape landscape) {
    return (step, event, log) -> {
      double[] theta = Numbers.wide(step.theta());
      double[] gradient = new double[theta.length];
      landscape.gradient(theta, gradient);
      log.quantity("loss", "loss", "f(θ), without any noise")
          .at(step.step(), landscape.value(theta));
      log.quantity("gradient_sqnorm", "(loss/param)²", "‖∇f(θ)‖²")
          .at(step.step(), Numbers.sqnorm(gradient));
    };
  }

  /** λ_max of the Hessian. */
  static TruthProbe sharpness(Landscape landscape) {
    return (step, event, log) ->
        log.quantity("sharpness", "loss/param²", "λ_max of the Hessian at θ")
            .at(step.step(), sharpness(landscape, Numbers.wide(step.theta())));
  }

  static double sharpness(Landscape landscape, double[] theta) {
    double[][] hessian = new double[theta.length][theta.length];
    landscape.hessian(theta, hessian);
    return Lanczos.top(SymmetricOperator.of(hessian), 1).largest();
  }
}
