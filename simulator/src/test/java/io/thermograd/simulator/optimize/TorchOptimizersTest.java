package io.thermograd.simulator.optimize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Against PyTorch 1.13 in float64; see src/test/python/optimizer_fixture.py. */
class TorchOptimizersTest {
  // At most 30 steps of a contracting map, or a product of 30 factors: some tens of roundings.
  private static final double ROUNDING = 1e-13;

  private static final Map<String, OptimizerSettings> OPTIMIZERS =
      Map.of(
          "sgd", OptimizerSettings.sgd(),
          "sgd-l2", new OptimizerSettings.Sgd(0.03),
          "heavy-ball", OptimizerSettings.heavyBall(0.8),
          "heavy-ball-l2", new OptimizerSettings.HeavyBall(0.8, 0.03),
          "nesterov", OptimizerSettings.nesterov(0.8),
          "nesterov-l2", new OptimizerSettings.Nesterov(0.8, 0.03),
          "adam", new OptimizerSettings.Adam(0.85, 0.97, 1e-3, 0),
          "adam-l2", new OptimizerSettings.Adam(0.85, 0.97, 1e-3, 0.03),
          "adamw", new OptimizerSettings.AdamW(0.85, 0.97, 1e-3, 0.03));

  private static final Map<String, LearningRate> SCHEDULES =
      Map.of(
          "steps", LearningRate.steps(0.5, 0.3, 7),
          "exponential", LearningRate.exponential(0.5, 0.9),
          "cosine", LearningRate.cosine(0.5, 0.01, 29),
          "restarts", LearningRate.warmRestarts(0.5, 0.01, 4, 2),
          "restarts-even", LearningRate.warmRestarts(0.5, 0.01, 9, 1),
          "warm-up", LearningRate.exponential(0.5, 0.9).afterWarmUp(0.25, 8));

  @TestFactory
  List<DynamicTest> optimizersTakeTorchsPath() throws IOException {
    List<String[]> lines = lines("optimizer");
    assertThat(lines.stream().map(words -> words[1]).distinct())
        .containsExactlyInAnyOrderElementsOf(OPTIMIZERS.keySet());
    List<DynamicTest> tests = new ArrayList<>();
    OPTIMIZERS.forEach(
        (name, settings) ->
            tests.add(
                DynamicTest.dynamicTest(
                    name,
                    () -> {
                      double[][] path = path(settings);
                      for (String[] words : lines) {
                        if (words[1].equals(name)) {
                          assertThat(path[Integer.parseInt(words[2])])
                              .containsExactly(numbers(words, 3), within(ROUNDING));
                        }
                      }
                    })));
    return tests;
  }

  @TestFactory
  List<DynamicTest> schedulesAreTorchs() throws IOException {
    List<DynamicTest> tests = new ArrayList<>();
    for (String[] words : lines("schedule")) {
      LearningRate schedule = Objects.requireNonNull(SCHEDULES.get(words[1]), words[1]);
      double[] expected = numbers(words, 2);
      tests.add(
          DynamicTest.dynamicTest(
              words[1],
              () -> {
                for (int step = 0; step < expected.length; step++) {
                  assertThat(schedule.at(step)).isCloseTo(expected[step], within(ROUNDING));
                }
              }));
    }
    assertThat(tests).hasSameSizeAs(SCHEDULES.keySet());
    return tests;
  }

  private static double[][] path(OptimizerSettings settings) {
    double[][] path = new double[31][];
    double[] theta = {1, -2, 0.5};
    path[0] = theta.clone();
    Optimizer optimizer = settings.create(3, NoRandom.INSTANCE);
    double[] change = new double[3];
    for (int step = 0; step < 30; step++) {
      for (int i = 0; i < 3; i++) {
        change[i] = (1 + i) * theta[i] + 0.5 * Math.sin(1.3 * step + i);
      }
      optimizer.update(theta, change, step < 20 ? 0.1 : 0.03, change);
      for (int i = 0; i < 3; i++) {
        theta[i] += change[i];
      }
      path[step + 1] = theta.clone();
    }
    return path;
  }

  private static double[] numbers(String[] words, int from) {
    return Arrays.stream(words, from, words.length).mapToDouble(Double::parseDouble).toArray();
  }

  private static List<String[]> lines(String kind) throws IOException {
    try (InputStream in = TorchOptimizersTest.class.getResourceAsStream("optimizer-fixture.txt");
        BufferedReader reader =
            new BufferedReader(new InputStreamReader(in, StandardCharsets.US_ASCII))) {
      return reader
          .lines()
          .filter(line -> line.startsWith(kind + " "))
          .map(line -> line.split(" ", -1))
          .toList();
    }
  }
}
