package io.thermograd.accuracy;

import io.thermograd.simulator.train.TrainingRun;
import io.thermograd.wire.Quantity;
import io.thermograd.wire.QuantityName;
import java.util.EnumSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a sketch of dimension 1,024 changes, on the very same steps seen whole. */
@ExtendWith(AccuracyTable.class)
class SketchErrorTest {
  private static final int DIM = 1024;
  private static final int STEPS = 2_000;
  private static final int SEEDS = 40;

  private static final Set<QuantityName> FROM_SKETCHES =
      EnumSet.of(
          QuantityName.NOISE_TRACE,
          QuantityName.GRADIENT_NOISE_SCALE,
          QuantityName.EFFECTIVE_DIMENSION,
          QuantityName.NOISE_EIGENVALUES,
          QuantityName.NOISE_ANISOTROPY,
          QuantityName.NOISE_CONDITION,
          QuantityName.NOISE_TAIL_INDEX,
          QuantityName.NOISE_KURTOSIS,
          QuantityName.TEMPERATURE_EFFECTIVE,
          QuantityName.THERMAL_ENERGY);

  @Test
  void changesTheNoiseTraceByLessThanThreePercentAndNoExactScalar() {
    SoftAssertions softly = new SoftAssertions();
    for (FrozenDigits point : FrozenDigits.points()) {
      Estimates whole = estimates(point, point.gradients(), 0);
      Estimates sketched = estimates(point, point.sketches(DIM, TrainingRun.SKETCH_SEED), DIM);
      double change =
          sketched.value(QuantityName.NOISE_TRACE) / whole.value(QuantityName.NOISE_TRACE) - 1;
      AccuracyTable.add(
          softly,
          "sketch 1,024: noise_trace",
          point.name(),
          "< 3 % change",
          "%+.2f %%".formatted(100 * change),
          Math.abs(change) < 0.03);
      AccuracyTable.note(
          "sketch 1,024: tr Σ, 40 seeds",
          point.name(),
          "rms change %.2f %%".formatted(100 * rmsChange(point)));
      int changed = 0;
      int compared = 0;
      for (Map.Entry<String, Quantity> entry : whole.all().entrySet()) {
        QuantityName name = Objects.requireNonNull(QuantityName.byId(entry.getKey()));
        if (!FROM_SKETCHES.contains(name)) {
          compared++;
          changed += entry.getValue().equals(sketched.all().get(entry.getKey())) ? 0 : 1;
        }
      }
      AccuracyTable.add(
          softly,
          "sketch 1,024: other quantities",
          point.name(),
          "none changed by a bit",
          "%d of %d changed".formatted(changed, compared),
          changed == 0 && compared >= 6);
    }
    softly.assertAll();
  }

  /** Root mean square, over seeds, of the relative change of the enumerated tr Σ. */
  private static double rmsChange(FrozenDigits point) {
    double sum = 0;
    for (int seed = 0; seed < SEEDS; seed++) {
      double change = trace(point.sketches(DIM, seed)) / point.truth().noiseTrace() - 1;
      sum += change * change;
    }
    return Math.sqrt(sum / SEEDS);
  }

  private static double trace(float[][] rows) {
    int k = rows[0].length;
    double[] mean = new double[k];
    for (float[] row : rows) {
      for (int i = 0; i < k; i++) {
        mean[i] += row[i] / (double) rows.length;
      }
    }
    double sum = 0;
    for (float[] row : rows) {
      for (int i = 0; i < k; i++) {
        sum += (row[i] - mean[i]) * (row[i] - mean[i]);
      }
    }
    return sum / rows.length;
  }

  private static Estimates estimates(FrozenDigits point, float[][] sketches, int dim) {
    FrozenSteps steps = new FrozenSteps(point, sketches, Draws.DISTINCT, 9);
    return Estimates.of(steps, point.size(), Draws.DISTINCT, dim, Estimates.NO_FORGETTING, STEPS);
  }
}
