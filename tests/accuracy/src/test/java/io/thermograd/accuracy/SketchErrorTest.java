package io.thermograd.accuracy;

import io.thermograd.simulator.train.TrainingRun;
import io.thermograd.wire.QuantityName;
import java.util.EnumSet;
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

  /** What rests on scalars that the trainer sends exactly, however the gradients come. */
  private static final Set<QuantityName> EXACT =
      EnumSet.of(
          QuantityName.LOSS,
          QuantityName.BATCH_LOSS,
          QuantityName.LOSS_SD,
          QuantityName.GRADIENT_NORM,
          QuantityName.GRADIENT_SQNORM,
          QuantityName.TEMPERATURE_NOMINAL,
          QuantityName.STABILITY_LIMIT,
          QuantityName.LEARNING_RATE,
          QuantityName.BATCH_SIZE,
          QuantityName.STEPS_PER_SECOND);

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
      for (QuantityName name : EXACT) {
        compared++;
        changed += whole.get(name).equals(sketched.get(name)) ? 0 : 1;
      }
      AccuracyTable.add(
          softly,
          "sketch 1,024: other quantities",
          point.name(),
          "none changed by a bit",
          "%d of %d changed".formatted(changed, compared),
          changed == 0);
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
