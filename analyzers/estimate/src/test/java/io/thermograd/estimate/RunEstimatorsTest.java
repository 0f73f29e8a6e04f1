package io.thermograd.estimate;

import static org.assertj.core.api.Assertions.assertThat;

import io.thermograd.estimate.step.Motion;
import io.thermograd.estimate.step.QuantityList;
import io.thermograd.estimate.step.RunSettings;
import io.thermograd.estimate.step.TrainingStep;
import io.thermograd.wire.Quantity;
import io.thermograd.wire.QuantityName;
import io.thermograd.wire.proto.RunStarted.Optimizer;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class RunEstimatorsTest {

  @RepeatedTest(40)
  void goesOnBitForBitAfterARestore(RepetitionInfo info) {
    var random = new SplittableRandom(info.getCurrentRepetition());
    var whole = new RunEstimators(Draws.WHOLE, 50, 20);
    int cut = random.nextInt(80);
    for (long t = 0; t < cut; t++) {
      whole.accept(step(random, t));
    }
    var restored = new RunEstimators(Draws.WHOLE, 50, 20);
    Draws.copy(whole::writeTo, restored::readFrom);
    for (long t = cut; t < cut + 80; t++) {
      TrainingStep step = step(random, t);
      whole.accept(step);
      restored.accept(step);
      QuantityList one = new QuantityList();
      QuantityList other = new QuantityList();
      whole.describe(one);
      restored.describe(other);
      assertThat(other.quantities()).isEqualTo(one.quantities());
      assertThat(other.vectors()).isEqualTo(one.vectors());
      assertThat(other.absent()).isEqualTo(one.absent());
    }
    assertThat(Draws.bytes(restored::writeTo)).isEqualTo(Draws.bytes(whole::writeTo));
  }

  /** What detectors find, and what the fold counts. */
  private static final EnumSet<QuantityName> OF_OTHERS =
      EnumSet.of(QuantityName.DROPPED_EVENTS, QuantityName.MISSING_STEPS);

  static {
    OF_OTHERS.addAll(
        EnumSet.range(QuantityName.LOSS_AUTOCORRELATION_TIME, QuantityName.THERMAL_SHARE));
    OF_OTHERS.addAll(EnumSet.range(QuantityName.BASIN_COUNT, QuantityName.OCCUPATION_EXPONENT));
    OF_OTHERS.addAll(EnumSet.range(QuantityName.ESCAPE_STEPS, QuantityName.AVERAGED_LOSS_CHANGE));
  }

  private static List<String> ids(Set<QuantityName> names) {
    return names.stream().map(QuantityName::id).toList();
  }

  @Test
  void everyQuantityOrTheReasonForItsAbsenceIsThere() {
    var random = new SplittableRandom(2);
    var estimators = new RunEstimators(Draws.WHOLE, 50, 20);
    for (long t = 0; t < 300; t++) {
      estimators.accept(step(random, t));
      QuantityList list = new QuantityList();
      estimators.describe(list);
      var both = new java.util.TreeSet<>(list.quantities().keySet());
      both.addAll(list.absent().keySet());
      both.addAll(list.vectors().keySet());
      assertThat(both).containsAll(ids(EnumSet.complementOf(OF_OTHERS)));
      assertThat(both).doesNotContainAnyElementsOf(ids(OF_OTHERS));
      assertThat(list.absent().values()).allSatisfy(r -> assertThat(r).isNotBlank());
      list.quantities()
          .values()
          .forEach(
              q -> {
                Double value = q.value();
                Double low = q.low();
                Double high = q.high();
                if (value != null && low != null && high != null) {
                  assertThat(value).isBetween(low, high);
                }
              });
    }
  }

  /** By then every basis, block and bin is there. */
  private static final int STEPS_OF_A_GROWN_STATE = 1_200;

  @Test
  void aStateStaysBelowOneMebibyte() {
    for (int k : new int[] {256, 1024}) {
      var random = new SplittableRandom(k);
      var settings = RunSettings.of(Optimizer.SGD).withSketchDim(k).withLayerSketchDim(256);
      var estimators = new RunEstimators(settings, 500, 100);
      // As many layers as there is room for.
      float[][][] layers = new float[Math.max(0, 12_288 - 6 * k) / 256][4][256];
      int most = 0;
      for (long t = 0; t < STEPS_OF_A_GROWN_STATE; t++) {
        float[][] g = new float[4][k];
        double[] sqnorms = new double[4];
        float[] mean = new float[k];
        for (int j = 0; j < 4; j++) {
          for (int i = 0; i < k; i++) {
            g[j][i] = (float) (Math.pow(i + 1, -0.4) * random.nextGaussian());
            sqnorms[j] += g[j][i] * g[j][i];
            mean[i] += g[j][i] / 4;
          }
        }
        double square = 0;
        for (float v : mean) {
          square += v * v;
        }
        for (float[][] layer : layers) {
          for (float[] sketch : layer) {
            sketch[random.nextInt(256)] = (float) random.nextGaussian();
          }
        }
        Motion motion = new Motion(mean, 1e-3, null);
        estimators.accept(
            TrainingStep.at(t, t)
                .loss(1.0)
                .learningRate(0.1)
                .batchSize(64)
                .examples(new int[] {16, 16, 16, 16})
                .sqnorms(sqnorms)
                .sketches(g)
                .gradSqnorm(square)
                .motion(motion)
                .layerSketches(layers)
                .build());
        // The rows that wait for a decomposition come and go.
        if (t >= STEPS_OF_A_GROWN_STATE - 8) {
          most = Math.max(most, Draws.bytes(estimators::writeTo).length);
        }
      }
      System.out.printf("state at k = %,d: %,d bytes%n", k, most);
      assertThat(most).as("bytes at k = %d", k).isLessThanOrEqualTo(1 << 20);
    }
  }

  @Test
  void aSketchedNormSaysSoAndHasAnInterval() {
    float[][] g = {{3, 4, 0, 0}};
    for (int k : new int[] {0, 800}) {
      var estimators = new RunEstimators(Draws.sketched(k), 50, 20);
      estimators.accept(Draws.step(0, new int[] {8}, g));
      QuantityList list = new QuantityList();
      estimators.describe(list);
      // √(1 ± 1.96·√(2/800)) · 5
      assertThat(list.quantities())
          .containsEntry(
              "gradient_norm",
              k == 0
                  ? Quantity.exact(5, "sketch")
                  : Quantity.of(5, 5 * Math.sqrt(0.902), 5 * Math.sqrt(1.098), "sketch"));
    }
  }

  private static TrainingStep step(SplittableRandom random, long t) {
    int m = random.nextInt(4);
    int[] b = new int[m];
    float[][] g = new float[m][];
    for (int j = 0; j < m; j++) {
      b[j] = random.nextInt(1, 5);
      g[j] = Draws.normal(random, Draws.filled(6, 1), Draws.filled(6, 2), b[j]);
    }
    boolean sketches = random.nextInt(5) > 0;
    double[] sqnorms = new double[sketches ? 0 : m];
    for (int j = 0; j < sqnorms.length; j++) {
      sqnorms[j] = random.nextDouble();
    }
    return TrainingStep.at(random.nextInt(5) == 0 ? 2 * t : t, t)
        .loss(maybe(random, random.nextInt(9) == 0 ? Double.NaN : random.nextDouble()))
        .learningRate(maybe(random, 0.1))
        .batchSize(random.nextInt(3) == 0 ? 0 : Draws.sum(b))
        .examples(b)
        .sqnorms(sqnorms)
        .sketches(sketches ? g : new float[0][])
        .gradSqnorm(maybe(random, random.nextDouble()))
        .nonFinite(random.nextInt(20) == 0)
        .build();
  }

  private static @Nullable Double maybe(SplittableRandom random, double x) {
    return random.nextInt(3) == 0 ? null : x;
  }
}
