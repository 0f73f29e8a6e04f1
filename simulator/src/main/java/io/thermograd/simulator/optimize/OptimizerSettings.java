package io.thermograd.simulator.optimize;

import io.thermograd.simulator.random.Gaussians;
import io.thermograd.wire.proto.RunStarted;

/**
 * Which update rule, and its hyper-parameters: everything about an optimizer but its state and its
 * learning rate. The rules are those of PyTorch 1.13, to the rounding error.
 *
 * <p>With L2 weight decay λ a rule acts on ḡ + λθ, the gradient of the loss plus ½λ‖θ‖²; AdamW
 * alone decays θ itself.
 */
public sealed interface OptimizerSettings {

  /**
   * The rule for {@code length} elements, at rest.
   *
   * @param random for rules that add noise of their own; the others never touch it
   */
  Optimizer create(int length, Gaussians random);

  /** Sets the optimizer and its hyper-parameters as the schema has them. */
  void describe(RunStarted.Builder started);

  /** λ where the rule adds λθ to the gradient, else 0. */
  default double l2() {
    return 0;
  }

  /**
   * η_eff/η: what the steps of one gradient add up to, 1/(1−β) under momentum. 1 for Adam, whose
   * first moment averages.
   */
  default double gain() {
    return 1;
  }

  /** θ ← θ − ηg. */
  static OptimizerSettings sgd() {
    return new Sgd(0);
  }

  /** v ← βv + g; θ ← θ − ηv. */
  static OptimizerSettings heavyBall(double beta) {
    return new HeavyBall(beta, 0);
  }

  /** v ← βv + g; θ ← θ − η(g + βv). */
  static OptimizerSettings nesterov(double beta) {
    return new Nesterov(beta, 0);
  }

  /** Adam with β₁ = 0.9, β₂ = 0.999, ε = 10⁻⁸. */
  static OptimizerSettings adam() {
    return new Adam(0.9, 0.999, 1e-8, 0);
  }

  /** AdamW with the moments of {@link #adam}. */
  static OptimizerSettings adamW(double weightDecay) {
    return new AdamW(0.9, 0.999, 1e-8, weightDecay);
  }

  /** θ ← θ − ηg + √(2ηT)·N(0, 1). */
  static OptimizerSettings sgld(double temperature) {
    return new Sgld(temperature, 0);
  }

  /**
   * Stochastic gradient descent.
   *
   * @param l2 λ ≥ 0
   */
  record Sgd(double l2) implements OptimizerSettings {
    public Sgd {
      requireDecay(l2);
    }

    @Override
    public Optimizer create(int length, Gaussians random) {
      return new DescentRule(l2);
    }

    @Override
    public void describe(RunStarted.Builder started) {
      started.setOptimizer(RunStarted.Optimizer.SGD).setMomentum(0).setWeightDecay(l2);
    }
  }

  /**
   * Polyak's momentum, v ← βv + g; θ ← θ − ηv.
   *
   * @param beta β in [0, 1)
   * @param l2 λ ≥ 0
   */
  record HeavyBall(double beta, double l2) implements OptimizerSettings {
    public HeavyBall {
      requireShare("momentum", beta);
      requireDecay(l2);
    }

    @Override
    public Optimizer create(int length, Gaussians random) {
      return new MomentumRule(length, beta, l2, false);
    }

    @Override
    public void describe(RunStarted.Builder started) {
      started.setOptimizer(RunStarted.Optimizer.MOMENTUM).setMomentum(beta).setWeightDecay(l2);
    }

    @Override
    public double gain() {
      return 1 / (1 - beta);
    }
  }

  /**
   * Nesterov's momentum in the form that needs the gradient at θ only.
   *
   * @param beta β in [0, 1)
   * @param l2 λ ≥ 0
   */
  record Nesterov(double beta, double l2) implements OptimizerSettings {
    public Nesterov {
      requireShare("momentum", beta);
      requireDecay(l2);
    }

    @Override
    public Optimizer create(int length, Gaussians random) {
      return new MomentumRule(length, beta, l2, true);
    }

    @Override
    public void describe(RunStarted.Builder started) {
      started.setOptimizer(RunStarted.Optimizer.NESTEROV).setMomentum(beta).setWeightDecay(l2);
    }

    @Override
    public double gain() {
      return 1 / (1 - beta);
    }
  }

  /**
   * Adam with bias correction. Source: arXiv:1412.6980.
   *
   * @param epsilon ε > 0, beside √v̂
   * @param l2 λ ≥ 0
   */
  record Adam(double beta1, double beta2, double epsilon, double l2) implements OptimizerSettings {
    public Adam {
      requireMoments(beta1, beta2, epsilon);
      requireDecay(l2);
    }

    @Override
    public Optimizer create(int length, Gaussians random) {
      return new AdamRule(length, beta1, beta2, epsilon, l2, false);
    }

    @Override
    public void describe(RunStarted.Builder started) {
      started
          .setOptimizer(RunStarted.Optimizer.ADAM)
          .setBeta1(beta1)
          .setBeta2(beta2)
          .setWeightDecay(l2);
    }
  }

  /**
   * Adam whose weight decay is decoupled: θ ← θ − ηλθ besides the step. Source: arXiv:1711.05101.
   *
   * @param weightDecay λ ≥ 0
   */
  record AdamW(double beta1, double beta2, double epsilon, double weightDecay)
      implements OptimizerSettings {
    public AdamW {
      requireMoments(beta1, beta2, epsilon);
      requireDecay(weightDecay);
    }

    @Override
    public Optimizer create(int length, Gaussians random) {
      return new AdamRule(length, beta1, beta2, epsilon, weightDecay, true);
    }

    @Override
    public void describe(RunStarted.Builder started) {
      started
          .setOptimizer(RunStarted.Optimizer.ADAMW)
          .setBeta1(beta1)
          .setBeta2(beta2)
          .setWeightDecay(weightDecay);
    }
  }

  /**
   * Stochastic-gradient Langevin dynamics: descent plus noise of its own. Source: M. Welling, Y. W.
   * Teh, ICML 2011.
   *
   * @param temperature T ≥ 0, loss; what mini-batch noise adds comes on top
   * @param l2 λ ≥ 0
   */
  record Sgld(double temperature, double l2) implements OptimizerSettings {
    public Sgld {
      if (!(temperature >= 0 && Double.isFinite(temperature))) {
        throw new IllegalArgumentException(
            "temperature should be at least 0 and finite: was " + temperature);
      }
      requireDecay(l2);
    }

    @Override
    public Optimizer create(int length, Gaussians random) {
      return new LangevinRule(length, temperature, l2, random);
    }

    @Override
    public void describe(RunStarted.Builder started) {
      started.setOptimizer(RunStarted.Optimizer.OTHER).setWeightDecay(l2);
    }
  }

  private static void requireShare(String name, double x) {
    if (!(x >= 0 && x < 1)) {
      throw new IllegalArgumentException(name + " should be in [0, 1): was " + x);
    }
  }

  private static void requireMoments(double beta1, double beta2, double epsilon) {
    requireShare("beta1", beta1);
    requireShare("beta2", beta2);
    if (!(epsilon > 0 && Double.isFinite(epsilon))) {
      throw new IllegalArgumentException("epsilon should be positive and finite: was " + epsilon);
    }
  }

  private static void requireDecay(double x) {
    if (!(x >= 0 && Double.isFinite(x))) {
      throw new IllegalArgumentException("weight decay should be at least 0 and finite: was " + x);
    }
  }
}
