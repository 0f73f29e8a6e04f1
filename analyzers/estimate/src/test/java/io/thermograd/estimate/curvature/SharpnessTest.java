package io.thermograd.estimate.curvature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.thermograd.estimate.Draws;
import io.thermograd.estimate.step.Probe;
import io.thermograd.estimate.step.QuantityList;
import io.thermograd.estimate.step.RunSettings;
import io.thermograd.estimate.step.TrainingStep;
import io.thermograd.wire.Quantity;
import io.thermograd.wire.proto.RunStarted.Optimizer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SharpnessTest {
  private static final StreamSharpness NONE =
      new StreamSharpness(Double.NaN, Double.NaN, new float[0], "warming up");

  private StreamSharpness stream = NONE;

  @Test
  void aProbeIsExactAtItsStepAndForecastBehindIt() {
    Sharpness sharpness = new Sharpness(Draws.WHOLE, 500);
    accept(sharpness, 0, 0.1, null);
    assertThat(read(sharpness).absent())
        .containsKeys("sharpness", "sharpness_probe", "hessian_trace", "stability_ratio");
    accept(sharpness, 1, 0.1, new Probe(new double[] {5, 3}, 12.0, 1.0, new double[0]));
    assertThat(read(sharpness).quantities())
        .containsEntry("sharpness", Quantity.exact(5, "probe"))
        .containsEntry("sharpness_probe", Quantity.exact(5, "probe"))
        .containsEntry("hessian_trace", Quantity.exact(12, "probe"))
        .containsEntry("stability_ratio", Quantity.exact(0.1 * 5 / 2, "probe"));
    accept(sharpness, 2, 0.2, null);
    Quantity q = get(sharpness, "sharpness");
    assertThat(q.value()).isCloseTo(5, within(1e-9));
    // Student's t of 2 degrees, 4.30, times 8 % and some hundredths for the steps since, and the
    // fluctuation of a step at half the edge, 0.15·√0.5, which is more than 8 %.
    double error = Math.sqrt(0.08 * 0.08 * 1.06 + 0.15 * 0.15 * 0.5);
    assertThat(q.low()).isCloseTo(5 * Math.exp(-4.303 * error), within(0.01));
    assertThat(q.high()).isCloseTo(5 * Math.exp(4.303 * error), within(0.01));
    Quantity ratio = get(sharpness, "stability_ratio");
    assertThat(ratio.value()).isCloseTo(0.5, within(1e-9));
    assertThat(ratio.low()).isCloseTo(0.1 * Objects.requireNonNull(q.low()), within(1e-9));
  }

  @Test
  void theMoreCertainCountsMore() {
    Sharpness sharpness = new Sharpness(Draws.WHOLE, 500);
    stream = new StreamSharpness(5.2, 0.02, new float[0], null);
    accept(sharpness, 0, 0.1, null);
    assertThat(get(sharpness, "sharpness").method()).isEqualTo("stream");
    accept(sharpness, 1, 0.1, top(5));
    accept(sharpness, 2, 0.1, null);
    Quantity both = get(sharpness, "sharpness");
    assertThat(both.method()).isEqualTo("combined");
    // log 1.04 = 0.039 is more than the stream states, and less than the forecast's 0.08.
    double p = 1 / (0.08 * 0.08 * (1 + 30.0 / 500));
    double s = 1 / (Math.log(1.04) * Math.log(1.04));
    assertThat(both.value()).isCloseTo(5 * Math.pow(1.04, s / (p + s)), within(1e-9));
    Quantity off = get(sharpness, "sharpness_disagreement");
    assertThat(off.value()).isCloseTo(Math.log(5.2 / 5), within(1e-12));
    assertThat(off.low()).isNegative();
  }

  @Test
  void aStreamThatContradictsTheProbeIsLeftOut() {
    Sharpness sharpness = new Sharpness(Draws.WHOLE, 500);
    stream = new StreamSharpness(2.5, 0.05, new float[0], null);
    accept(sharpness, 0, 0.1, top(5));
    accept(sharpness, 1, 0.1, null);
    assertThat(get(sharpness, "sharpness").method()).isEqualTo("probe");
    assertThat(get(sharpness, "sharpness").value()).isCloseTo(5, within(1e-9));
    Quantity off = get(sharpness, "sharpness_disagreement");
    assertThat(off.high()).isNegative();
    stream = NONE;
    accept(sharpness, 2, 0.1, top(5));
    assertThat(read(sharpness).absent().get("sharpness_disagreement")).contains("warming up");
  }

  @ParameterizedTest
  @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY})
  void numbersThatAreNotFiniteChangeNothing(double bad) {
    Sharpness sharpness = new Sharpness(Draws.WHOLE, 500);
    accept(sharpness, 0, 0.1, top(5));
    accept(sharpness, 1, 0.1, new Probe(new double[] {bad}, bad, bad, new double[] {bad}));
    assertThat(get(sharpness, "sharpness_probe").value()).isEqualTo(5);
    assertThat(get(sharpness, "sharpness").value()).isCloseTo(5, within(1e-9));
    assertThat(read(sharpness).absent()).containsKey("hessian_trace");
  }

  @Test
  void aNegativeCurvatureIsSaidButNotForecast() {
    Sharpness sharpness = new Sharpness(Draws.WHOLE, 500);
    accept(sharpness, 0, 0.1, top(5));
    accept(sharpness, 1, 0.1, top(-1));
    assertThat(get(sharpness, "sharpness").value()).isEqualTo(-1);
    accept(sharpness, 2, 0.1, null);
    assertThat(read(sharpness).absent().get("sharpness")).contains("not positive");
    assertThat(read(sharpness).absent()).containsKey("stability_ratio");
  }

  @Test
  void adamNeedsThePreconditionedCurvature() {
    RunSettings adam = RunSettings.of(Optimizer.ADAM).withBeta1(0.9);
    Sharpness sharpness = new Sharpness(adam, 500);
    accept(sharpness, 0, 0.001, top(5));
    assertThat(get(sharpness, "sharpness").value()).isEqualTo(5);
    assertThat(read(sharpness).absent().get("stability_ratio")).contains("preconditioned_top");
    accept(sharpness, 1, 0.001, new Probe(new double[] {5}, null, null, new double[] {19_000}));
    // 19,000 · 0.001 · 0.1/(2·1.9)
    assertThat(get(sharpness, "stability_ratio").value()).isCloseTo(0.5, within(1e-12));
    accept(sharpness, 2, 0.001, null);
    assertThat(get(sharpness, "stability_ratio").value()).isCloseTo(0.5, within(1e-9));
    assertThat(get(sharpness, "stability_ratio").high()).isGreaterThan(0.55);
  }

  @Test
  void theEdgeBeginsWithTheEstimateAndEndsWithTheInterval() {
    Sharpness sharpness = new Sharpness(Draws.WHOLE, 500);
    double[] ratios = {0.5, 0.6, 0.7, 0.8, 0.95, 1.02, 0.88, 1.01, 0.89};
    for (int i = 0; i < ratios.length; i++) {
      accept(sharpness, 10L * i, 0.1, top(20 * ratios[i]));
      assertThat(sharpness.atEdge()).as("at %s", ratios[i]).isEqualTo(i >= 4);
    }
    for (int i = 0; i < 6; i++) {
      accept(sharpness, 100 + 10L * i, 0.1, top(10));
    }
    assertThat(sharpness.atEdge()).isFalse();
    accept(sharpness, 192, 0.2, null);
    assertThat(sharpness.atEdge()).as("the learning rate doubles").isTrue();
  }

  @Test
  void goesOnBitForBitAfterARestore() {
    Sharpness whole = new Sharpness(Draws.WHOLE, 500);
    stream = new StreamSharpness(5.2, 0.02, new float[0], null);
    for (long t = 0; t < 40; t++) {
      accept(whole, t, 0.1, t % 9 == 0 ? top(4 + 0.1 * t) : null);
    }
    Sharpness restored = new Sharpness(Draws.WHOLE, 500);
    Draws.copy(whole::writeTo, restored::readFrom);
    for (long t = 40; t < 80; t++) {
      accept(whole, t, 0.1, t % 9 == 0 ? top(4 + 0.1 * t) : null);
      accept(restored, t, 0.1, t % 9 == 0 ? top(4 + 0.1 * t) : null);
      assertThat(read(restored).quantities()).isEqualTo(read(whole).quantities());
    }
    assertThat(Draws.bytes(restored::writeTo)).isEqualTo(Draws.bytes(whole::writeTo));
  }

  private static Probe top(double value) {
    return new Probe(new double[] {value}, null, null, new double[0]);
  }

  private void accept(Sharpness sharpness, long step, double eta, @Nullable Probe probe) {
    sharpness.accept(
        TrainingStep.at(step, step).learningRate(eta).batchSize(32).probe(probe).build(),
        1,
        () -> stream);
  }

  private QuantityList read(Sharpness sharpness) {
    QuantityList list = new QuantityList();
    sharpness.describe(list, stream);
    return list;
  }

  private Quantity get(Sharpness sharpness, String name) {
    return Objects.requireNonNull(read(sharpness).quantities().get(name), name);
  }
}
