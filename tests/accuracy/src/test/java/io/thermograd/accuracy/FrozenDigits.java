package io.thermograd.accuracy;

import io.thermograd.agent.Sketcher;
import io.thermograd.simulator.data.Dataset;
import io.thermograd.simulator.data.Digits;
import io.thermograd.simulator.model.Evaluator;
import io.thermograd.simulator.model.ExactNoise;
import io.thermograd.simulator.model.GradientGram;
import io.thermograd.simulator.model.Mlp;
import io.thermograd.simulator.model.NoiseEnumeration;
import io.thermograd.simulator.optimize.LearningRate;
import io.thermograd.simulator.optimize.OptimizerSettings;
import io.thermograd.simulator.train.Batches;
import io.thermograd.simulator.train.ClassifierTask;
import io.thermograd.simulator.train.SamplingScheme;
import io.thermograd.simulator.train.Start;
import io.thermograd.simulator.train.Trainer;
import io.thermograd.simulator.train.TrainingPlan;
import java.util.List;

/**
 * The 64-128-10 network after some training on all 1,797 digits, its parameters frozen: every
 * example's gradient and, by enumeration, the exact noise. Immutable once made.
 */
final class FrozenDigits {
  static final int MICRO_BATCHES = 4;
  static final int MICRO_BATCH_SIZE = 16;
  static final int BATCH_SIZE = MICRO_BATCHES * MICRO_BATCH_SIZE;

  private static final Mlp MLP = Mlp.relu(Digits.FEATURES, 128, Digits.CLASSES);
  private static final Dataset DATA = Digits.load();

  private final String name;
  private final float[] theta;
  private final ExactNoise truth;
  private final float[][] products;
  private final double[] losses = new double[DATA.size()];
  private final float[][] gradients = new float[DATA.size()][MLP.parameterCount()];

  private FrozenDigits(String name, float[] theta) {
    this.name = name;
    this.theta = theta;
    Evaluator evaluator = new Evaluator(MLP, DATA);
    this.truth = new NoiseEnumeration(evaluator).at(theta);
    GradientGram gram = GradientGram.at(evaluator, theta);
    this.products = new float[losses.length][losses.length];
    for (int i = 0; i < losses.length; i++) {
      losses[i] = evaluator.exampleGradient(theta, i, gradients[i]);
      for (int j = 0; j < losses.length; j++) {
        products[i][j] = (float) gram.product(i, j);
      }
    }
  }

  /** Early, in the middle, and {@link #converged}. */
  static List<FrozenDigits> points() {
    return Holder.POINTS;
  }

  /**
   * Nearly everything is learnt: the gradient is lost in its noise, and a few hard examples make
   * most of that, which gives every statistic of it heavy tails.
   */
  static FrozenDigits converged() {
    return Holder.POINTS.get(2);
  }

  private static final class Holder {
    static final List<FrozenDigits> POINTS =
        List.of(after(100, 0.01), after(600, 0.01), after(3_000, 0.1));
  }

  /** Freezes after this many steps of heavy-ball SGD with β = 0.9, B = 64. */
  private static FrozenDigits after(int steps, double learningRate) {
    TrainingPlan plan =
        TrainingPlan.of(
            OptimizerSettings.heavyBall(0.9),
            LearningRate.constant(learningRate),
            Batches.of(MICRO_BATCHES, MICRO_BATCH_SIZE),
            steps);
    Start start = new ClassifierTask(MLP, DATA, 0, SamplingScheme.WITHOUT_REPLACEMENT, 0, 1).get();
    float[] theta =
        new Trainer(start.source(), start.theta(), plan, 1).run(step -> {}, () -> false).rounded();
    return new FrozenDigits("step %d, η %s".formatted(steps, learningRate), theta);
  }

  String name() {
    return name;
  }

  /** n. */
  int size() {
    return losses.length;
  }

  float[] theta() {
    return theta;
  }

  ExactNoise truth() {
    return truth;
  }

  /**
   * g_i·g_j for every j; not to be changed. In float32: half the memory traffic, and rounding of
   * 6·10⁻⁸ that averages out.
   */
  float[] products(int i) {
    return products[i];
  }

  double loss(int example) {
    return losses[example];
  }

  /** Every example's whole gradient; not to be changed. */
  float[][] gradients() {
    return gradients;
  }

  /** Every example's sketch. The sketch is linear: that of a mean is the mean of these. */
  float[][] sketches(int dim, long seed) {
    Sketcher sketcher = Sketcher.of(MLP.parameterCount(), dim, seed);
    float[][] sketches = new float[gradients.length][sketcher.dim()];
    for (int i = 0; i < sketches.length; i++) {
      sketcher.sketch(gradients[i], sketches[i]);
    }
    return sketches;
  }
}
