package io.thermograd.simulator.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.thermograd.simulator.data.Dataset;
import io.thermograd.simulator.data.Digits;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class EvaluatorTest {
  private static final Dataset DIGITS = Digits.load();

  static List<Mlp> networks() {
    return List.of(
        Mlp.relu(64, 9, 6, 10),
        Mlp.tanh(64, 9, 6, 10),
        Mlp.linear(64, 9, 6, 10),
        Mlp.relu(64, 9, 6, 10).withoutBiases(),
        Mlp.tanh(64, 7, 10).withLoss(Loss.SQUARED),
        Mlp.linear(64, 10));
  }

  @ParameterizedTest
  @MethodSource("networks")
  void gradientIsTheLimitOfCentralDifferences(Mlp mlp) {
    Evaluator evaluator = new Evaluator(mlp, DIGITS);
    float[] theta = mlp.initialise(11);
    float[] gradient = new float[theta.length];
    for (int example : new int[] {0, 17, 1796}) {
      evaluator.exampleGradient(theta, example, gradient);
      double[] wide = SlowMlp.widen(theta);
      // Truncation h²f‴/6 and cancellation 2⁻⁵³/h are both about 10⁻¹⁰; what is left is float32: a
      // gradient of size ≤ 3 after some hundred roundings of 6·10⁻⁸.
      double h = 1e-5;
      for (int p = 0; p < theta.length; p++) {
        double kept = wide[p];
        wide[p] = kept + h;
        double up = SlowMlp.loss(mlp, DIGITS, wide, example);
        wide[p] = kept - h;
        double down = SlowMlp.loss(mlp, DIGITS, wide, example);
        wide[p] = kept;
        assertThat((double) gradient[p])
            .as("parameter %d, example %d", p, example)
            .isCloseTo((up - down) / (2 * h), within(5e-6));
      }
    }
  }

  @Test
  void batchGradientIsTheMeanOverItsExamplesAcrossTiles() {
    Mlp mlp = Mlp.relu(64, 20, 10);
    Evaluator evaluator = new Evaluator(mlp, DIGITS);
    float[] theta = mlp.initialise(3);
    int[] batch = new int[77];
    Arrays.setAll(batch, i -> (i * 37) % 1797);
    batch[5] = batch[4];
    float[] gradient = new float[theta.length];
    double loss = evaluator.gradient(theta, batch, 2, 77, gradient);
    double[] mean = new double[theta.length];
    double meanLoss = 0;
    float[] one = new float[theta.length];
    for (int e = 2; e < 77; e++) {
      meanLoss += evaluator.exampleGradient(theta, batch[e], one) / 75;
      for (int p = 0; p < mean.length; p++) {
        mean[p] += one[p] / 75.0;
      }
    }
    assertThat(loss).isCloseTo(meanLoss, within(1e-12 * meanLoss));
    assertThat(evaluator.loss(theta, batch, 2, 77)).isEqualTo(loss);
    // 75 float additions of terms below 1/75: 75 roundings of at most 6·10⁻⁸ each.
    for (int p = 0; p < mean.length; p++) {
      assertThat((double) gradient[p]).isCloseTo(mean[p], within(1e-6));
    }
  }

  @Test
  void lossAndAccuracyOfTheWholeSetAgreeWithTheDefinition() {
    Mlp mlp = Mlp.tanh(64, 8, 10);
    Dataset some = DIGITS.select(3, 1, 4, 1, 5, 9, 2, 6, 100, 1000);
    Evaluator evaluator = new Evaluator(mlp, some);
    float[] theta = mlp.initialise(4);
    double expected = 0;
    for (int i = 0; i < some.size(); i++) {
      expected += SlowMlp.loss(mlp, some, SlowMlp.widen(theta), i) / some.size();
    }
    assertThat(evaluator.loss(theta)).isCloseTo(expected, within(1e-6));

    // All weights 0: the output biases alone decide, so exactly the threes are right.
    float[] onlyThree = new float[theta.length];
    onlyThree[theta.length - 10 + 3] = 1f;
    long threes = IntStream.range(0, 10).filter(i -> some.label(i) == 3).count();
    assertThat(evaluator.accuracy(onlyThree)).isEqualTo(threes / 10.0);
  }

  @Test
  void asksForLabelsEachTimeItMeetsAnExample() {
    Mlp mlp = Mlp.linear(64, 10);
    int[] calls = new int[1];
    Evaluator evaluator = new Evaluator(mlp, DIGITS, example -> calls[0]++ % 10);
    float[] gradient = new float[mlp.parameterCount()];
    float[] theta = new float[mlp.parameterCount()];
    for (int k = 0; k < 10; k++) {
      evaluator.exampleGradient(theta, 0, gradient);
      // At θ = 0 every class has probability 1/10; only the current label's bias is to rise.
      for (int bias = 0; bias < 10; bias++) {
        assertThat(gradient[640 + bias]).isEqualTo(bias == k ? -0.9f : 0.1f);
      }
    }
  }

  @Test
  void brokenParametersShowInLossAndGradient() {
    Mlp mlp = Mlp.relu(64, 8, 10);
    Evaluator evaluator = new Evaluator(mlp, DIGITS);
    float[] gradient = new float[mlp.parameterCount()];
    for (float broken : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
      float[] theta = mlp.initialise(5);
      Arrays.fill(theta, mlp.layers().get(0).biasOffset(), mlp.layers().get(0).end(), broken);
      assertThat(evaluator.exampleGradient(theta, 0, gradient)).isNaN();
      assertThat(gradient[gradient.length - 1]).isNaN();
      assertThat(gradient[mlp.layers().get(0).biasOffset()]).isNaN();
      assertThat(evaluator.accuracy(theta)).isBetween(0.0, 1.0);
    }
  }

  @Test
  void countsUnitsThatNoExampleWakes() {
    Mlp mlp = Mlp.relu(64, 8, 6, 10);
    Evaluator evaluator = new Evaluator(mlp, DIGITS);
    float[] theta = mlp.initialise(2);
    Layer first = mlp.layers().get(0);
    Layer second = mlp.layers().get(1);
    Arrays.fill(theta, first.biasOffset(), first.end(), 1000f);
    Arrays.fill(theta, second.biasOffset(), second.end(), 1_000_000f);
    assertThat(evaluator.deadUnits(theta)).containsExactly(0, 0);
    theta[first.biasOffset() + 3] = -1000;
    Arrays.fill(theta, second.biasOffset(), second.end(), -1_000_000f);
    assertThat(evaluator.deadUnits(theta)).containsExactly(1, 6);
    float[] gradient = new float[theta.length];
    evaluator.exampleGradient(theta, 5, gradient);
    assertThat(Arrays.copyOf(gradient, second.end())).containsOnly(0f);
  }

  @Test
  void anEmptyBatchHasNoLoss() {
    Mlp mlp = Mlp.relu(64, 8, 10);
    float[] gradient = new float[mlp.parameterCount()];
    gradient[0] = 1;
    assertThat(new Evaluator(mlp, DIGITS).gradient(mlp.initialise(1), new int[0], 0, 0, gradient))
        .isNaN();
    assertThat(gradient).containsOnly(0f);
  }

  @Test
  void heInitialisationHasItsVariance() {
    Mlp mlp = Mlp.relu(64, 128, 10);
    float[] theta = mlp.initialise(9);
    Layer hidden = mlp.layers().get(0);
    double squares = 0;
    for (int i = 0; i < 8192; i++) {
      squares += theta[i] * theta[i];
    }
    // Mean of 8,192 squares of N(0, 2/64): relative standard error √(2/8192) = 1.6 %; 4 of them.
    assertThat(squares / 8192).isCloseTo(2.0 / 64, within(0.0625 * 2 / 64));
    assertThat(Arrays.copyOfRange(theta, hidden.biasOffset(), hidden.end())).containsOnly(0f);
    assertThat(mlp.parameterCount()).isEqualTo(9610);
    assertThat(mlp.initialise(9)).isEqualTo(theta).isNotEqualTo(mlp.initialise(10));
  }

  @Test
  void namesWhatDoesNotFit() {
    assertThatThrownBy(() -> Mlp.relu(64)).hasMessageContaining("widths");
    assertThatThrownBy(() -> Mlp.relu(64, 0, 10))
        .hasMessageContaining("positive: were [64, 0, 10]");
    assertThatThrownBy(() -> new Evaluator(Mlp.relu(63, 5, 10), DIGITS))
        .hasMessageContaining("63-5-10")
        .hasMessageContaining("64 inputs");
    assertThatThrownBy(() -> new Evaluator(Mlp.relu(64, 5, 10), DIGITS).loss(new float[3]))
        .hasMessage("theta should have 385 elements: had 3");
  }
}
