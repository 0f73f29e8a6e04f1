package io.thermograd.accuracy;

import io.thermograd.detect.inference.Averages;
import io.thermograd.detect.stationarity.Standing;
import io.thermograd.estimate.RunEstimators;
import io.thermograd.estimate.step.RunSettings;
import io.thermograd.estimate.step.TrainingStep;
import io.thermograd.simulator.random.Ziggurat;
import io.thermograd.wire.Quantity;
import io.thermograd.wire.proto.RunStarted.Optimizer;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Intervals of tracked scalars under SGD on a linear and a logistic regression: how often they hold
 * the stationary mean. Of the linear one that is the least-squares solution whatever the learning
 * rate; of the logistic one, which a constant learning rate moves, the mean over all replicas.
 */
@ExtendWith(AccuracyTable.class)
class AveragesCoverageTest {
  /** 1 is the quick part; 5 has the 500 replicas. */
  private static final int SCALE = Integer.getInteger("thermograd.accuracy.scale", 1);

  private static final int REPLICAS = 100 * SCALE;
  private static final int STEPS = 20_000;
  private static final int BURN_IN = 1_000;
  private static final int EXAMPLES = 400;
  private static final int DIM = 3;
  private static final int BATCH = 4;
  private static final double ETA = 0.1;
  private static final String[] NAMES = {"w1", "w2", "w3"};

  private static final RunSettings SETTINGS = RunSettings.of(Optimizer.SGD);

  private static final Standing FLAT =
      new Standing(Standing.Drift.FLAT, 0, 1e-3, 0, 1_000, 20, Standing.Equilibrium.HOLDS);

  /** A data set, and how its residuals come about. */
  private static final class Problem {
    final double[][] x = new double[EXAMPLES][DIM];
    final double[] y = new double[EXAMPLES];
    final boolean logistic;

    Problem(boolean logistic) {
      this.logistic = logistic;
      Ziggurat random = Ziggurat.stream(logistic ? 11 : 7, 1);
      double[] truth = {1, -0.5, 0.25};
      for (int i = 0; i < EXAMPLES; i++) {
        x[i][0] = 1;
        x[i][1] = random.next();
        x[i][2] = 0.6 * x[i][1] + 0.8 * random.next();
        double z = 0;
        for (int j = 0; j < DIM; j++) {
          z += truth[j] * x[i][j];
        }
        y[i] = logistic ? (random.next() < probit(z) ? 1 : 0) : z + 0.7 * random.next();
      }
    }

    /** A threshold for a normal variate, so that both labels are common at every z. */
    private static double probit(double z) {
      return z / 1.6;
    }

    double residual(double[] w, int i) {
      double z = 0;
      for (int j = 0; j < DIM; j++) {
        z += w[j] * x[i][j];
      }
      return (logistic ? 1 / (1 + Math.exp(-z)) : z) - y[i];
    }

    void step(double[] w, SplittableRandom random) {
      double[] gradient = new double[DIM];
      for (int b = 0; b < BATCH; b++) {
        int i = random.nextInt(EXAMPLES);
        double r = residual(w, i) / BATCH;
        for (int j = 0; j < DIM; j++) {
          gradient[j] += r * x[i][j];
        }
      }
      for (int j = 0; j < DIM; j++) {
        w[j] -= ETA * gradient[j];
      }
    }

    /** Where the full gradient is 0, by gradient descent. */
    double[] solution() {
      double[] w = new double[DIM];
      for (int t = 0; t < 20_000; t++) {
        double[] gradient = new double[DIM];
        for (int i = 0; i < EXAMPLES; i++) {
          double r = residual(w, i) / EXAMPLES;
          for (int j = 0; j < DIM; j++) {
            gradient[j] += r * x[i][j];
          }
        }
        for (int j = 0; j < DIM; j++) {
          w[j] -= 0.3 * gradient[j];
        }
      }
      return w;
    }
  }

  private static Map<String, Quantity> replica(Problem problem, double[] start, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    double[] w = start.clone();
    for (int t = 0; t < BURN_IN; t++) {
      problem.step(w, random);
    }
    Averages averages = new Averages();
    RunEstimators estimators = new RunEstimators(SETTINGS, 500, 100);
    Map<String, Double> tracked = new TreeMap<>();
    for (int t = 0; t < STEPS; t++) {
      problem.step(w, random);
      for (int j = 0; j < DIM; j++) {
        tracked.put(NAMES[j], w[j]);
      }
      averages.accept(
          TrainingStep.at(t, t).learningRate(ETA).batchSize(BATCH).tracked(tracked).build(),
          estimators,
          FLAT);
    }
    return averages.averages();
  }

  @Test
  void intervalsHoldTheStationaryMean() {
    SoftAssertions softly = new SoftAssertions();
    for (boolean logistic : new boolean[] {false, true}) {
      Problem problem = new Problem(logistic);
      double[] solution = problem.solution();
      List<Map<String, Quantity>> all =
          IntStream.range(0, REPLICAS)
              .parallel()
              .mapToObj(r -> replica(problem, solution, 101 + r))
              .toList();
      double[] truth = solution.clone();
      if (logistic) {
        for (int j = 0; j < DIM; j++) {
          String name = NAMES[j];
          truth[j] = all.stream().mapToDouble(m -> value(m, name)).average().orElse(Double.NaN);
        }
      }
      String where =
          "%s regression, %d replicas of %,d steps, three scalars"
              .formatted(logistic ? "logistic" : "linear", REPLICAS, STEPS);
      double slack = 200 * Math.sqrt(0.95 * 0.05 / REPLICAS);
      double scaling = coverage(all, truth, "");
      AccuracyTable.add(
          softly,
          "95 % intervals of tracked scalars, random scaling",
          where,
          SCALE >= 5 ? "93-97 % cover" : "95 %% ± %.1f cover".formatted(slack),
          "%.1f %%".formatted(scaling),
          Math.abs(scaling - 95) <= (SCALE >= 5 ? 2 : slack));
      AccuracyTable.note(
          "95 % intervals of tracked scalars, batch means",
          where, "%.1f %%".formatted(coverage(all, truth, Averages.BESIDE)));
    }
    softly.assertAll();
  }

  private static double coverage(List<Map<String, Quantity>> all, double[] truth, String beside) {
    int held = 0;
    for (Map<String, Quantity> m : all) {
      for (int j = 0; j < DIM; j++) {
        Quantity q = Objects.requireNonNull(m.get(NAMES[j] + beside));
        held +=
            Objects.requireNonNull(q.low()) <= truth[j]
                    && truth[j] <= Objects.requireNonNull(q.high())
                ? 1
                : 0;
      }
    }
    return 100.0 * held / all.size() / DIM;
  }

  private static double value(Map<String, Quantity> m, String name) {
    return Objects.requireNonNull(Objects.requireNonNull(m.get(name)).value());
  }
}
