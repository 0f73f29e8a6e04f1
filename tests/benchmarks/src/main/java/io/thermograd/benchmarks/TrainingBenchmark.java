package io.thermograd.benchmarks;

import io.thermograd.simulator.data.Digits;
import io.thermograd.simulator.data.Split;
import io.thermograd.simulator.model.Curvature;
import io.thermograd.simulator.model.Evaluator;
import io.thermograd.simulator.model.Mlp;
import io.thermograd.simulator.model.SymmetricOperator;
import io.thermograd.simulator.optimize.LearningRate;
import io.thermograd.simulator.optimize.OptimizerSettings;
import io.thermograd.simulator.train.Batches;
import io.thermograd.simulator.train.ObjectiveSource;
import io.thermograd.simulator.train.SamplingScheme;
import io.thermograd.simulator.train.Trainer;
import io.thermograd.simulator.train.TrainingPlan;
import java.util.Locale;

/**
 * How long a 64-128-10 network takes to learn the digits on one thread: to 96 % of the 360 images
 * held back, and for the whole plan. The first training includes the JIT compiler's warm-up.
 */
public final class TrainingBenchmark {
  private static final Mlp NETWORK = Mlp.relu(Digits.FEATURES, 128, Digits.CLASSES);
  private static final double GOAL = 0.96;
  private static final int STEPS = 1_500;
  private static final int BATCH = 64;

  private TrainingBenchmark() {}

  public static void main(String[] args) {
    System.out.printf(
        "%6s %10s %14s %10s %12s%n", "seed", "96 % after", "whole plan", "accuracy", "examples/s");
    for (long seed = 1; seed <= 5; seed++) {
      train(seed);
    }
    products();
  }

  private static void train(long seed) {
    Split split = Split.of(Digits.load(), 360, seed);
    Evaluator training = new Evaluator(NETWORK, split.train());
    Evaluator test = new Evaluator(NETWORK, split.test());
    TrainingPlan plan =
        TrainingPlan.of(
            OptimizerSettings.heavyBall(0.9),
            LearningRate.constant(0.05),
            Batches.of(1, BATCH),
            STEPS);
    float[] initial = NETWORK.initialise(seed);
    double[] theta = new double[initial.length];
    for (int p = 0; p < theta.length; p++) {
      theta[p] = initial[p];
    }
    ObjectiveSource source =
        new ObjectiveSource(training, SamplingScheme.WITHOUT_REPLACEMENT, seed);
    double[] goalAfter = {Double.NaN};
    long start = System.nanoTime();
    float[] end =
        new Trainer(source, theta, plan, seed)
            .run(
                step -> {
                  boolean look = Double.isNaN(goalAfter[0]) && step.step() % 20 == 0;
                  if (look && test.accuracy(step.theta()) >= GOAL) {
                    goalAfter[0] = seconds(start);
                  }
                },
                () -> false)
            .rounded();
    double whole = seconds(start);
    System.out.printf(
        Locale.ROOT,
        "%6d %8.2f s %12.2f s %8.2f %% %12.0f%n",
        seed,
        goalAfter[0],
        whole,
        100 * test.accuracy(end),
        (double) STEPS * BATCH / whole);
  }

  private static void products() {
    SymmetricOperator hessian =
        Curvature.at(NETWORK, Digits.load(), NETWORK.initialise(1)).hessian();
    double[] v = new double[hessian.dim()];
    double[] product = new double[v.length];
    v[0] = 1;
    int warm = 20;
    int count = 20;
    for (int i = 0; i < warm; i++) {
      hessian.apply(v, product);
    }
    long start = System.nanoTime();
    for (int i = 0; i < count; i++) {
      hessian.apply(v, product);
    }
    System.out.printf(
        Locale.ROOT,
        "Hessian times vector over all %d images: %.1f ms%n",
        Digits.SIZE,
        1e3 * seconds(start) / count);
  }

  private static double seconds(long start) {
    return 1e-9 * (System.nanoTime() - start);
  }
}
