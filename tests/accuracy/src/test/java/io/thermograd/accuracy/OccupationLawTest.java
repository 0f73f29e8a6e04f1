package io.thermograd.accuracy;

import io.thermograd.estimate.step.RunSettings;
import io.thermograd.wire.Quantity;
import io.thermograd.wire.proto.RunStarted.Optimizer;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Four wells of different depth and width on a line, under noise that is the same everywhere
 * (Gibbs' law at T) and under noise whose variance is proportional to the loss (p ∝ L^−α, α = 1 +
 * 2B/(ησ²), Itô): which of the two laws is said to hold of the occupation, and its parameter.
 */
@ExtendWith(AccuracyTable.class)
class OccupationLawTest {
  private static final int SCALE = Integer.getInteger("thermograd.accuracy.scale", 1);
  private static final int RUNS = 2 * SCALE;
  private static final int FIRST = 101;
  private static final int STEPS = 1_000_000;
  private static final double ETA = 0.01;
  private static final double TEMPERATURE = 0.45;

  /** ησ²/(2B) of noise σ²L. */
  private static final double SHARE = 0.5;

  private static final double[] AT = {-3, -1, 1, 3};
  private static final double[] DEPTH = {1.85, 1.1, 1.5, 0.7};
  private static final double[] WIDTH = {0.45, 0.35, 0.45, 0.35};

  private static double loss(double x) {
    double sum = 2 + Math.pow(x / 4, 8);
    for (int i = 0; i < AT.length; i++) {
      double z = (x - AT[i]) / WIDTH[i];
      sum -= DEPTH[i] * Math.exp(-z * z / 2);
    }
    return sum;
  }

  private static double slope(double x) {
    double sum = 2 * Math.pow(x / 4, 7);
    for (int i = 0; i < AT.length; i++) {
      double z = (x - AT[i]) / WIDTH[i];
      sum += DEPTH[i] * z / WIDTH[i] * Math.exp(-z * z / 2);
    }
    return sum;
  }

  /** One run; what is said at its end. */
  private static Map<String, Quantity> run(boolean gibbs, double lossNoise, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    BasinRun run = new BasinRun(RunSettings.of(Optimizer.SGD), false);
    double x = AT[(int) (seed % AT.length)];
    for (int t = 0; t < STEPS; t++) {
      run.accept(BasinRun.step(t, ETA, loss(x) + lossNoise * random.nextGaussian(), (float) x));
      double diffusion = gibbs ? TEMPERATURE : SHARE * loss(x);
      x += -ETA * slope(x) + Math.sqrt(2 * ETA * diffusion) * random.nextGaussian();
    }
    return run.quantities().quantities();
  }

  @Test
  void theLawOfTheNoiseIsFound() {
    SoftAssertions softly = new SoftAssertions();
    for (boolean gibbs : new boolean[] {true, false}) {
      Map<String, Quantity>[] said = runs(gibbs, 0);
      score(softly, gibbs, "loss exact", said);
      if (SCALE > 1) {
        score(softly, gibbs, "loss with noise of 0.3", runs(gibbs, 0.3));
      }
    }
    softly.assertAll();
  }

  @SuppressWarnings("unchecked") // an array of one kind of map
  private static Map<String, Quantity>[] runs(boolean gibbs, double lossNoise) {
    return IntStream.range(0, RUNS)
        .parallel()
        .mapToObj(r -> run(gibbs, lossNoise, FIRST + r))
        .toArray(Map[]::new);
  }

  private static void score(
      SoftAssertions softly, boolean gibbs, String how, Map<String, Quantity>[] runs) {
    int right = 0;
    int wrong = 0;
    int known = 0;
    int parameters = 0;
    int held = 0;
    double truth = gibbs ? TEMPERATURE : 1 + 1 / SHARE;
    for (Map<String, Quantity> run : runs) {
      Quantity law = run.get("occupation_law");
      if (law != null) {
        known++;
        boolean forGibbs = Objects.requireNonNull(law.low()) > 0;
        boolean forPower = Objects.requireNonNull(law.high()) < 0;
        right += gibbs && forGibbs || !gibbs && forPower ? 1 : 0;
        wrong += gibbs && forPower || !gibbs && forGibbs ? 1 : 0;
      }
      Quantity parameter = run.get(gibbs ? "occupation_temperature" : "occupation_exponent");
      if (parameter != null && parameter.value() != null) {
        parameters++;
        held += holds(parameter, truth) ? 1 : 0;
      }
    }
    AccuracyTable.add(
        softly,
        "law of the basins' occupation",
        (gibbs ? "noise the same everywhere, " : "noise ∝ loss, ")
            + how
            + ", "
            + runs.length
            + " runs",
        "wrong in <= 2.5 %, else undecided",
        "right %d, undecided %d, wrong %d; absent %d; %s = %.2f within 95 %% in %d of %d"
            .formatted(
                right,
                known - right - wrong,
                wrong,
                runs.length - known,
                gibbs ? "T" : "α",
                truth,
                held,
                parameters),
        wrong <= 0.025 * runs.length);
  }

  private static boolean holds(Quantity q, double truth) {
    return Objects.requireNonNull(q.low()) <= truth && truth <= Objects.requireNonNull(q.high());
  }
}
