package io.thermograd.simulator.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.thermograd.simulator.data.Dataset;
import io.thermograd.simulator.data.Digits;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Against PyTorch 1.13 in float64 with the covariance as a P × P matrix; see
 * src/test/python/mlp_fixture.py.
 */
class TorchFixtureTest {
  // Float32 gradients of norm ~1 through some hundred roundings of 6·10⁻⁸: relative 10⁻⁵ is ample
  // for sums of squares, and so is 10⁻⁶ for single elements.
  private static final double RELATIVE = 1e-5;

  @TestFactory
  List<DynamicTest> gradientsAndTheirCovarianceAgreeWithTorch() {
    List<DynamicTest> tests = new ArrayList<>();
    for (Fixture expected : Fixture.all("mlp-fixture.txt", "activation")) {
      tests.add(
          DynamicTest.dynamicTest(expected.words("activation")[0], () -> agreesWith(expected)));
    }
    assertThat(tests).hasSize(2);
    return tests;
  }

  private static void agreesWith(Fixture expected) {
    Mlp mlp =
        new Mlp(
            Activation.valueOf(expected.words("activation")[0]),
            Arrays.stream(expected.words("widths")).map(Integer::valueOf).toList());
    double[] sqnorms = expected.numbers("example_sqnorms");
    int[] first = new int[sqnorms.length];
    Arrays.setAll(first, i -> i);
    Dataset data = Digits.load().select(first);
    Evaluator evaluator = new Evaluator(mlp, data);
    float[] theta = new float[mlp.parameterCount()];
    for (int p = 0; p < theta.length; p++) {
      theta[p] = (float) (0.3 * Math.sin(1.7 * (p + 1)));
    }

    float[] gradient = new float[theta.length];
    for (int i = 0; i < data.size(); i++) {
      evaluator.exampleGradient(theta, i, gradient);
      double sqnorm = 0;
      for (float g : gradient) {
        sqnorm += (double) g * g;
      }
      assertThat(sqnorm).isCloseTo(sqnorms[i], within(RELATIVE * sqnorms[i]));
    }
    double[] meanGradient = expected.numbers("mean_gradient");
    evaluator.gradient(theta, first, 0, first.length, gradient);
    for (int p = 0; p < theta.length; p++) {
      assertThat((double) gradient[p]).isCloseTo(meanGradient[p], within(1e-6));
    }

    ExactNoise noise = new NoiseEnumeration(evaluator).at(theta);
    assertThat(noise.examples()).isEqualTo(data.size());
    close(noise.loss(), expected.number("loss"));
    close(noise.gradientSqnorm(), expected.number("gradient_sqnorm"));
    close(noise.noiseTrace(), expected.number("noise_trace"));
    close(noise.noiseTraceOfSquare(), expected.number("noise_trace_of_square"));
    List<LayerNoise> layers = new NoiseEnumeration(evaluator).layers(theta);
    close(layers.stream().mapToDouble(LayerNoise::noiseTrace).sum(), noise.noiseTrace());
    double[] norms = new double[layers.size()];
    for (int l = 0; l < norms.length; l++) {
      for (int p = mlp.layers().get(l).offset(); p < mlp.layers().get(l).end(); p++) {
        norms[l] += meanGradient[p] * meanGradient[p];
      }
      close(layers.get(l).gradientSqnorm(), norms[l]);
    }
    close(GradientGram.at(evaluator, theta).trace(), expected.number("noise_trace"));
  }

  private static void close(double actual, double expected) {
    assertThat(actual).isCloseTo(expected, within(RELATIVE * Math.abs(expected)));
  }
}
