package io.thermograd.detect;

import static org.assertj.core.api.Assertions.assertThat;

import io.thermograd.wire.Regime;
import io.thermograd.wire.Severity;
import io.thermograd.wire.Verdict;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;

/**
 * Whatever comes: sentences that can be read, a verdict that agrees with the regime, a state that
 * restores.
 */
class RandomRunsTest {
  @RepeatedTest(40)
  void sentencesAreSaneWhateverComes(RepetitionInfo info) {
    var random = new SplittableRandom(info.getCurrentRepetition());
    DetectedRun run = new DetectedRun();
    double scale = Math.pow(10, random.nextInt(-12, 12));
    double level = scale;
    for (int t = 0; t < 400; t++) {
      level *= random.nextInt(100) == 0 ? random.nextDouble(0.5, 3) : 1;
      double loss =
          switch (random.nextInt(60)) {
            case 0 -> info.getCurrentRepetition() % 2 == 0 ? Double.NaN : level;
            case 1 -> 1000 * level;
            case 2 -> -0.0;
            default -> level * (1 + 0.1 * random.nextGaussian());
          };
      Double rate = random.nextInt(30) == 0 ? null : random.nextInt(50) == 0 ? 0.0 : 0.1;
      run.accept(random.nextInt(10) == 0 ? null : loss, rate, false, t / 50)
          .forEach(DetectedRun::sane);
      Verdict verdict = run.verdict();
      DetectedRun.sane(verdict.title());
      DetectedRun.sane(verdict.why());
      DetectedRun.sane(verdict.next());
      agree(run, verdict);
    }
  }

  private static void agree(DetectedRun run, Verdict verdict) {
    Regime regime = run.regime();
    if (verdict.severity() == Severity.CRITICAL) {
      // Or has been, and left the run on a worse level.
      assertThat(
              regime == Regime.DIVERGING
                  || verdict.title().startsWith("Not recovered from the divergence"))
          .as("%s: %s", regime, verdict.title())
          .isTrue();
    }
    // A descent from the heights of a divergence is not news that all is well.
    assertThat(verdict.title().contains("falling") || verdict.title().startsWith("Not recovered"))
        .isEqualTo(regime == Regime.DESCENDING || verdict.title().startsWith("Not recovered"));
    assertThat(verdict.title().contains("Warming up")).isEqualTo(regime == Regime.WARMING_UP);
    if (regime == null) {
      assertThat(run.detectors.regimeMissing().contains("rises"))
          .isEqualTo(verdict.title().contains("rising"));
    }
  }

  @RepeatedTest(20)
  void goesOnBitForBitAfterARestore(RepetitionInfo info) {
    var random = new SplittableRandom(info.getCurrentRepetition());
    DetectedRun whole = new DetectedRun();
    int cut = random.nextInt(200);
    for (int t = 0; t < cut; t++) {
      whole.accept(loss(random), rate(random), random.nextInt(90) == 0, t / 40);
    }
    DetectedRun restored = new DetectedRun();
    restored.step = whole.step;
    States.copy(whole.estimators::writeTo, restored.estimators::readFrom);
    States.copy(whole.detectors::writeTo, restored.detectors::readFrom);
    for (int t = cut; t < 300; t++) {
      Double loss = loss(random);
      Double rate = rate(random);
      boolean bad = random.nextInt(90) == 0;
      assertThat(restored.accept(loss, rate, bad, t / 40))
          .isEqualTo(whole.accept(loss, rate, bad, t / 40));
      assertThat(restored.regime()).isEqualTo(whole.regime());
      assertThat(restored.verdict()).isEqualTo(whole.verdict());
    }
    assertThat(States.bytes(restored.detectors::writeTo))
        .isEqualTo(States.bytes(whole.detectors::writeTo));
  }

  private static @Nullable Double loss(SplittableRandom random) {
    return random.nextInt(10) == 0 ? null : 1 + random.nextDouble();
  }

  private static Double rate(SplittableRandom random) {
    return random.nextInt(40) == 0 ? 1.0 : 0.1;
  }
}
