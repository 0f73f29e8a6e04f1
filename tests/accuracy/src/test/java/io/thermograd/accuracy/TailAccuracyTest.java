package io.thermograd.accuracy;

import io.thermograd.estimate.step.TrainingStep;
import io.thermograd.wire.Quantity;
import io.thermograd.wire.QuantityName;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.assertj.core.api.SoftAssertions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Tail index from the contrasts of four micro-batches a step, against the law they were drawn from.
 */
@ExtendWith(AccuracyTable.class)
class TailAccuracyTest {
  private static final int DIM = 256;
  private static final int M = 4;
  private static final int STEPS = 20_000;

  /** 200 at scale 20. */
  private static final int SEEDS = 10 * Integer.getInteger("thermograd.accuracy.scale", 1);

  private static final double HALF_LIFE = 500;

  /** A factor on a normal vector, drawn anew for every micro-batch. */
  private interface Radius {
    double next(SplittableRandom random);
  }

  /**
   * √A for A positive α/2-stable makes a normal vector isotropic α-stable. A by Kanter's
   * representation, Ann. Probab. 3 (1975) 697–707.
   */
  private static Radius stable(double index) {
    double a = index / 2;
    return random -> {
      double u = Math.PI * random.nextDouble();
      double e = -Math.log(1 - random.nextDouble());
      double b = Math.sin((1 - a) * u) / e;
      double positive = Math.sin(a * u) / Math.pow(Math.sin(u), 1 / a) * Math.pow(b, (1 - a) / a);
      return Math.sqrt(positive);
    };
  }

  /** Multivariate Student's t with three degrees of freedom, of tail index 3. */
  private static double student3(SplittableRandom random) {
    double chi = 0;
    for (int i = 0; i < 3; i++) {
      double x = random.nextGaussian();
      chi += x * x;
    }
    return Math.sqrt(3 / chi);
  }

  private record Result(@Nullable Quantity index, boolean heavy) {}

  private static Result run(Radius radius, double[] scales, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Estimates.Fold fold = Estimates.fold(0, HALF_LIFE);
    int[] examples = new int[M];
    Arrays.fill(examples, 16);
    for (int t = 0; t < STEPS; t++) {
      float[][] g = new float[M][DIM];
      for (float[] row : g) {
        double r = radius.next(random);
        for (int i = 0; i < DIM; i++) {
          row[i] = (float) (0.1 + r * scales[i] * random.nextGaussian());
        }
      }
      fold.accept(TrainingStep.at(t, t).batchSize(16L * M).examples(examples).sketches(g).build());
    }
    return new Result(
        fold.read().all().get(QuantityName.NOISE_TAIL_INDEX.id()), fold.heavyTailed());
  }

  private static List<Result> runs(Radius radius, double[] scales) {
    return IntStream.range(0, SEEDS).parallel().mapToObj(s -> run(radius, scales, s)).toList();
  }

  private static double[] equal() {
    double[] scales = new double[DIM];
    Arrays.fill(scales, 1);
    return scales;
  }

  @Test
  void powerLawTails() {
    SoftAssertions softly = new SoftAssertions();
    check(softly, "radial α-stable 1.2", stable(1.2), 1.2);
    check(softly, "radial α-stable 1.5", stable(1.5), 1.5);
    check(softly, "radial α-stable 1.8", stable(1.8), 1.8);
    check(softly, "Student-t 3", TailAccuracyTest::student3, 3);
    softly.assertAll();
  }

  private static void check(SoftAssertions softly, String where, Radius radius, double index) {
    List<Result> runs = runs(radius, equal());
    int within = 0;
    int covered = 0;
    int flagged = 0;
    double sum = 0;
    for (Result run : runs) {
      Quantity q = run.index();
      Double value = q == null ? null : q.value();
      if (q != null && value != null) {
        sum += value / SEEDS;
        within += Math.abs(value - index) <= 0.2 ? 1 : 0;
        Double low = q.low();
        Double high = q.high();
        covered += low != null && high != null && low <= index && index <= high ? 1 : 0;
      }
      flagged += run.heavy() ? 1 : 0;
    }
    AccuracyTable.add(
        softly,
        "noise_tail_index, %,d steps".formatted(STEPS),
        where,
        "within 0.2 in >= 90 %, flagged",
        "%d of %d, mean %.2f; interval covers in %d; %d flagged"
            .formatted(within, SEEDS, sum, covered, flagged),
        within >= 0.9 * SEEDS && flagged == SEEDS);
  }

  @Test
  void normalNoiseOfUnequalCoordinatesIsNotFlagged() {
    SoftAssertions softly = new SoftAssertions();
    for (double spread : new double[] {1, 2, 3}) {
      SplittableRandom random = new SplittableRandom(9);
      double[] scales = new double[DIM];
      for (int i = 0; i < DIM; i++) {
        scales[i] = Math.exp(spread * random.nextGaussian());
      }
      List<Result> runs = runs(r -> 1, scales);
      long flagged = runs.stream().filter(Result::heavy).count();
      long index =
          runs.stream()
              .filter(r -> r.index() != null && r.index().high() != null && r.index().high() < 4)
              .count();
      AccuracyTable.add(
          softly,
          "noise_tail_index, %,d steps".formatted(STEPS),
          "normal, coordinate scales lognormal(%.0f)".formatted(spread),
          "not flagged",
          "%d of %d flagged, %d with an index below 4".formatted(flagged, SEEDS, index),
          flagged == 0 && index == 0);
    }
    softly.assertAll();
  }
}
