package io.thermograd.simulator.scenario;

import io.thermograd.simulator.model.Curvature;
import io.thermograd.simulator.model.Evaluator;
import io.thermograd.simulator.model.ExactNoise;
import io.thermograd.simulator.model.Lanczos;
import io.thermograd.simulator.model.LayerNoise;
import io.thermograd.simulator.model.NoiseEnumeration;
import io.thermograd.simulator.train.StepView;
import java.util.List;

/** What enumeration over the whole data set says about a network. */
final class NetworkProbes {
  /** Beyond what any comparison needs, and a third of the cost of full precision. */
  private static final double TOLERANCE = 1e-6;

  private static final int APPLICATIONS = 200;

  private NetworkProbes() {}

  /** Loss, ‖G‖², tr Σ and what follows from them. */
  static TruthProbe noise(Evaluator evaluator) {
    NoiseEnumeration enumeration = new NoiseEnumeration(evaluator);
    return (step, event, log) -> {
      ExactNoise noise = enumeration.at(step.theta());
      long s = step.step();
      log.quantity("loss", "loss", "L(θ) over all training examples").at(s, noise.loss());
      log.quantity("gradient_sqnorm", "(loss/param)²", "‖G‖² over all training examples")
          .at(s, noise.gradientSqnorm());
      log.quantity("noise_trace", "(loss/param)²", "tr Σ, enumerated").at(s, noise.noiseTrace());
      log.quantity("gradient_noise_scale", "examples", "tr Σ/‖G‖²").at(s, noise.noiseScale());
      log.quantity("effective_dimension", "directions", "(tr Σ)²/tr Σ²")
          .at(s, noise.effectiveDimension());
    };
  }

  /** λ_max of H. Nothing where θ is not finite. */
  static TruthProbe sharpness(Evaluator evaluator) {
    return (step, event, log) -> {
      if (isFinite(step)) {
        report(step, log, sharpness(evaluator, step.theta()));
      }
    };
  }

  static void report(StepView step, TruthLog log, double sharpness) {
    log.quantity("sharpness", "loss/param²", "λ_max of H over all examples, by Lanczos")
        .at(step.step(), sharpness);
  }

  static double sharpness(Evaluator evaluator, float[] theta) {
    Curvature curvature = Curvature.at(evaluator.mlp(), evaluator.data(), theta);
    return Lanczos.top(curvature.hessian(), 1, TOLERANCE, Math.min(APPLICATIONS, theta.length))
        .largest();
  }

  /** ‖G‖ and tr Σ of every layer, from the input on. */
  static TruthProbe layers(Evaluator evaluator) {
    NoiseEnumeration enumeration = new NoiseEnumeration(evaluator);
    return (step, event, log) -> {
      List<LayerNoise> layers = enumeration.layers(step.theta());
      log.quantity("layer_gradient_norms", "loss/param", "‖G‖ of each layer over all examples")
          .at(
              step.step(),
              layers.stream().mapToDouble(l -> Math.sqrt(l.gradientSqnorm())).toArray());
      log.quantity("layer_noise_traces", "(loss/param)²", "tr Σ of each layer, enumerated")
          .at(step.step(), layers.stream().mapToDouble(LayerNoise::noiseTrace).toArray());
    };
  }

  private static boolean isFinite(StepView step) {
    for (float t : step.theta()) {
      if (!Float.isFinite(t)) {
        return false;
      }
    }
    return true;
  }
}
