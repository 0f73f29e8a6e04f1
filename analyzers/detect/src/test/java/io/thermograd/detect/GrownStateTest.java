package io.thermograd.detect;

import static org.assertj.core.api.Assertions.assertThat;

import io.thermograd.estimate.RunEstimators;
import io.thermograd.estimate.step.Motion;
import io.thermograd.estimate.step.QuantityList;
import io.thermograd.estimate.step.RunSettings;
import io.thermograd.estimate.step.TrainingStep;
import io.thermograd.wire.Quantity;
import io.thermograd.wire.proto.RunStarted.Optimizer;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** What the detectors keep of a run that has everything: many basins, passages and scalars. */
class GrownStateTest {
  private static final int SKETCH = 1_024;
  private static final int STEPS = 60_000;

  private static final int REMEMBERED = 512;

  /** Bytes of a passage: two names, two steps, and whether it was a return. */
  private static final int PASSAGE = 19;

  /** Steps in a well, and on the way to the next. */
  private static final int STAY = 50;

  private static final int WAY = 25;

  /** Wells at the places of a 4 × 3 lattice: U = 2 − cos x − cos y. */
  private static final int COLUMNS = 4;

  private static final int ROWS = 3;

  @Test
  void theStateOfALongRunAmongManyBasinsIsBounded() {
    SplittableRandom random = new SplittableRandom(1);
    RunSettings settings = RunSettings.of(Optimizer.SGD);
    RunEstimators estimators = new RunEstimators(settings, 500, 100);
    RunDetectors detectors = new RunDetectors("run", 0, settings);
    float[][] axes = new float[2][SKETCH];
    for (float[] axis : axes) {
      for (int i = 0; i < SKETCH; i++) {
        axis[i] = (float) (random.nextGaussian() / Math.sqrt(SKETCH));
      }
    }
    int most = 0;
    int column = 0;
    int row = 0;
    int toColumn = 0;
    int toRow = 0;
    double ex = 0;
    double ey = 0;
    for (int t = 0; t < STEPS; t++) {
      int phase = t % (STAY + WAY);
      if (phase == 0) {
        column = toColumn;
        row = toRow;
        // To a neighbour, over one pass.
        int turn = random.nextBoolean() ? 1 : -1;
        if (random.nextBoolean()) {
          toColumn = column + (column + turn >= 0 && column + turn < COLUMNS ? turn : -turn);
        } else {
          toRow = row + (row + turn >= 0 && row + turn < ROWS ? turn : -turn);
        }
      }
      double gone = Math.max(0, phase - STAY) / (double) WAY;
      ex += -0.2 * ex + 0.2 * random.nextGaussian();
      ey += -0.2 * ey + 0.2 * random.nextGaussian();
      double x = 2 * Math.PI * (column + gone * (toColumn - column)) + ex;
      double y = 2 * Math.PI * (row + gone * (toRow - row)) + ey;
      float[] theta = new float[SKETCH];
      for (int i = 0; i < SKETCH; i++) {
        theta[i] = (float) (x * axes[0][i] + y * axes[1][i]);
      }
      TrainingStep step =
          TrainingStep.at(t, t)
              .loss(2 - Math.cos(x) - Math.cos(y))
              .learningRate(0.1)
              .batchSize(32)
              .examples(new int[] {32})
              .tracked(Map.of("a", x, "b", y, "c", ex, "d", ey))
              .motion(new Motion(theta, null, null))
              .build();
      estimators.accept(step);
      detectors.accept(step, 0, estimators);
      if (t % 5_000 == 4_999) {
        most = Math.max(most, States.bytes(detectors::writeTo).length);
      }
    }
    QuantityList list = new QuantityList();
    detectors.describe(list, estimators);
    Quantity basins = Objects.requireNonNull(list.quantities().get("basin_count"));
    Quantity passages = Objects.requireNonNull(list.quantities().get("basin_transitions"));
    System.out.printf(
        "detectors at k = %,d, %s basins, %s passages: %,d bytes%n",
        SKETCH, basins.value(), passages.value(), most);
    assertThat(basins.value()).isEqualTo(COLUMNS * ROWS);
    assertThat(passages.value()).isGreaterThan(100);
    // As if it held as many passages as are ever remembered one by one.
    assertThat(most + REMEMBERED * PASSAGE).as("bytes").isLessThanOrEqualTo(1 << 20);
  }
}
