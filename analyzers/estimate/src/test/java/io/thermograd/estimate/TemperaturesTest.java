package io.thermograd.estimate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.thermograd.estimate.step.QuantityList;
import io.thermograd.estimate.step.RunSettings;
import io.thermograd.estimate.step.TrainingStep;
import io.thermograd.wire.Quantity;
import io.thermograd.wire.QuantityName;
import io.thermograd.wire.proto.RunStarted;
import io.thermograd.wire.proto.RunStarted.Optimizer;
import io.thermograd.wire.proto.RunStarted.Sampling;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TemperaturesTest {
  private static final int DIM = 30;
  private static final int[] EXAMPLES = {16, 16};

  private static QuantityList run(RunStarted.Builder started, @Nullable Double rate, long batch) {
    var estimators = new RunEstimators(RunSettings.of(started.build()), 500, 100);
    var random = new SplittableRandom(3);
    for (long t = 0; t < 400; t++) {
      float[][] g = new float[2][];
      for (int j = 0; j < 2; j++) {
        g[j] = Draws.normal(random, Draws.filled(DIM, 1), Draws.filled(DIM, 3), EXAMPLES[j]);
      }
      estimators.accept(
          TrainingStep.at(t, t)
              .loss(1.0)
              .learningRate(rate)
              .batchSize(batch)
              .examples(EXAMPLES)
              .sketches(g)
              .build());
    }
    QuantityList list = new QuantityList();
    estimators.describe(list);
    return list;
  }

  private static RunStarted.Builder started(Optimizer optimizer) {
    return RunStarted.newBuilder().setOptimizer(optimizer);
  }

  private static Quantity get(QuantityList list, QuantityName name) {
    Quantity q = list.quantities().get(name.id());
    if (q == null) {
      throw new AssertionError(name + " is absent: " + list.absent().get(name.id()));
    }
    return q;
  }

  private static double value(QuantityList list, QuantityName name) {
    Double value = get(list, name).value();
    return value == null ? Double.NaN : value;
  }

  /** tr Σ = 9·30 = 270, d_eff = 30, T = η_eff·9/64, E_th = η_eff·270/128, times c. */
  private static void check(QuantityList list, double effectiveRate, double factor) {
    assertThat(value(list, QuantityName.TEMPERATURE_NOMINAL))
        .isCloseTo(effectiveRate / 32, within(1e-12));
    // tr Σ̂ has relative standard error √(2/30/400) = 1.3 %, d_eff √(2/400) = 7 %.
    double energy = effectiveRate * factor * 270 / 128;
    assertThat(value(list, QuantityName.THERMAL_ENERGY)).isCloseTo(energy, within(0.05 * energy));
    double t = effectiveRate * factor * 9 / 64;
    Quantity q = get(list, QuantityName.TEMPERATURE_EFFECTIVE);
    assertThat(value(list, QuantityName.TEMPERATURE_EFFECTIVE)).isCloseTo(t, within(0.25 * t));
    assertThat(q.low()).isLessThan(t);
    assertThat(q.high()).isGreaterThan(t);
  }

  @Test
  void plainSgd() {
    check(run(started(Optimizer.SGD), 0.1, 32), 0.1, 1);
  }

  @ParameterizedTest
  @EnumSource(names = {"MOMENTUM", "NESTEROV", "OPTIMIZER_UNSPECIFIED"})
  void momentumRaisesIt(Optimizer optimizer) {
    check(run(started(optimizer).setMomentum(0.9), 0.1, 32), 1, 1);
  }

  @Test
  void distinctExamplesLowerIt() {
    // The draws here are independent: saying "65 distinct" lowers tr Σ̂ by 64/65 and adds c. (What
    // it
    // does to d_eff needs draws that are distinct: EffectiveDimensionTest.)
    var distinct =
        started(Optimizer.SGD).setSampling(Sampling.WITHOUT_REPLACEMENT).setDatasetSize(65);
    double energy = 0.1 * 33.0 / 64 * 64 / 65 * 270 / 128;
    assertThat(value(run(distinct, 0.1, 32), QuantityName.THERMAL_ENERGY))
        .isCloseTo(energy, within(0.05 * energy));
  }

  @Test
  void aWholeDataSetHasNone() {
    var list =
        run(
            started(Optimizer.SGD).setSampling(Sampling.WITHOUT_REPLACEMENT).setDatasetSize(32),
            0.1,
            32);
    assertThat(value(list, QuantityName.THERMAL_ENERGY)).isZero();
    assertThat(value(list, QuantityName.TEMPERATURE_EFFECTIVE)).isZero();
  }

  @ParameterizedTest
  @EnumSource(names = {"ADAM", "ADAMW", "OTHER"})
  void isNotDefinedForOtherOptimizers(Optimizer optimizer) {
    absent(run(started(optimizer).setMomentum(0.9), 0.1, 32), optimizer.name().toLowerCase());
  }

  @Test
  void isNotDefinedForOptimizersOfALaterSchema() {
    var later = RunStarted.newBuilder().setOptimizerValue(77).setMomentum(0.5);
    absent(run(later, 0.1, 32), "optimizer");
  }

  @Test
  void saysWhichSettingIsMissing() {
    absent(run(started(Optimizer.MOMENTUM), 0.1, 32), "set momentum in run_started");
    absent(run(started(Optimizer.SGD), null, 32), "set learning_rate in step");
    absent(run(started(Optimizer.SGD), 0.1, 0), "set batch_size in step");
  }

  @Test
  void extremeSettingsAreAbsentNotErrors() {
    absent(run(started(Optimizer.SGD).setMomentum(Math.nextDown(1.0)), 1e300, 32), "overflows");
    var list = run(started(Optimizer.SGD), Double.MAX_VALUE, 32);
    assertThat(list.absent()).containsKeys("thermal_energy", "temperature_effective");
    assertThat(value(run(started(Optimizer.SGD), 0.0, 32), QuantityName.THERMAL_ENERGY)).isZero();
  }

  private static void absent(QuantityList list, String reason) {
    for (String name :
        new String[] {"temperature_nominal", "temperature_effective", "thermal_energy"}) {
      assertThat(list.quantities()).doesNotContainKey(name);
      assertThat(list.absent().get(name)).contains(reason);
    }
  }
}
