package io.thermograd.detect;

import static org.assertj.core.api.Assertions.assertThat;

import io.thermograd.wire.Regime;
import io.thermograd.wire.Severity;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What is said of runs in which nothing breaks. */
class CalmRunsTest {
  @Test
  void warmsUpThenFallsThenIsFlat() {
    var random = new SplittableRandom(1);
    DetectedRun run = new DetectedRun();
    for (int t = 0; t < 6000; t++) {
      run.loss(0.1 + 2 * Math.exp(-t / 400.0) + 0.05 * random.nextGaussian());
      if (t < 19) {
        assertThat(run.regime()).isEqualTo(Regime.WARMING_UP);
      } else if (t > 90 && t < 1500) {
        assertThat(run.regime()).as("step " + t).isEqualTo(Regime.DESCENDING);
        assertThat(run.verdict().severity()).isEqualTo(Severity.OK);
      }
    }
    assertThat(run.alerts).isEmpty();
  }

  @Test
  void aFlatLossAloneDoesNotTellAPlateauFromEquilibrium() {
    var random = new SplittableRandom(1);
    DetectedRun run = new DetectedRun();
    for (int t = 0; t < 2000; t++) {
      run.loss(1 + 0.01 * random.nextGaussian());
    }
    assertThat(run.regime()).isNull();
    assertThat(run.detectors.regimeMissing()).contains("flat").contains("param_sketch");
    assertThat(run.verdict().title()).isEqualTo("The loss is flat");
    assertThat(run.alerts).isEmpty();
  }

  @Test
  void regimesDoNotFlicker() {
    int changes = 0;
    int falls = 0;
    for (int seed = 0; seed < 20; seed++) {
      var random = new SplittableRandom(seed);
      DetectedRun run = new DetectedRun();
      Regime before = null;
      for (int t = 0; t < 10_000; t++) {
        run.loss(1 + 0.02 * random.nextGaussian());
        Regime now = run.regime();
        changes += Objects.equals(now, before) || t < 300 ? 0 : 1;
        falls += now == Regime.DESCENDING ? 1 : 0;
        before = now;
      }
      assertThat(run.alerts).isEmpty();
    }
    System.out.printf(
        "flat losses, 200,000 steps: %d changes of regime, %d steps called falling%n",
        changes, falls);
    // Student's t of 14 degrees beyond 4.2 to 6 and, against the level, by 2 %: less than one in
    // 10⁵.
    assertThat(changes).isLessThanOrEqualTo(6);
  }

  @Test
  void aRisingLossIsNotCalledFlat() {
    DetectedRun run = new DetectedRun();
    for (int t = 0; t < 3000; t++) {
      run.loss(1 + 1e-4 * t + 0.01 * ((t % 7) - 3));
    }
    assertThat(run.opened()).isEmpty();
    assertThat(run.regime()).isNull();
    assertThat(run.detectors.regimeMissing()).contains("rises");
    assertThat(run.verdict().title()).isEqualTo("The loss is rising");
    assertThat(run.verdict().why()).contains("rising by");
  }

  @Test
  void aRunWithoutLossIsNotWarmingUpForever() {
    DetectedRun run = new DetectedRun();
    for (int t = 0; t < 100; t++) {
      run.accept(null, 0.1, false, 0);
    }
    assertThat(run.regime()).isNull();
    assertThat(run.detectors.regimeMissing()).contains("set loss in step");
    assertThat(run.verdict().title()).contains("no loss");
  }

  /** The smoothed loss remembers a beginning at 10⁶ for a thousand steps. */
  @Test
  void theLevelIsThatOfTheStepsThatTheDriftIsOf() {
    var random = new SplittableRandom(1);
    DetectedRun run = new DetectedRun();
    for (int t = 0; t < 600; t++) {
      run.loss((t < 20 ? 1e6 : 1) * (1 + 0.01 * random.nextGaussian()));
    }
    assertThat(run.verdict().why())
        .containsPattern("Loss (0\\.99|1\\.00)\\d* ± 0\\.00\\d+ over the last \\d+ steps");
  }

  @Test
  void theFirstStepIsOne() {
    DetectedRun run = new DetectedRun();
    run.loss(1);
    assertThat(run.verdict().why()).isEqualTo("1 step with a loss so far.");
    run.loss(1);
    assertThat(run.verdict().why()).isEqualTo("2 steps with a loss so far.");
  }

  /** Within a window of 1,024 steps from 16 to 10⁻³, the mean is of neither. */
  @Test
  void aWindowThatAFallBendsTellsNoLevel() {
    var random = new SplittableRandom(1);
    DetectedRun run = new DetectedRun();
    for (int t = 0; t < 4000; t++) {
      run.loss(
          (t < 1000 ? 16 : 0.001 + 16 * Math.exp((1000 - t) / 20.0)) + random.nextDouble(1e-5));
      if (t > 1000) {
        Matcher said = Pattern.compile("Loss (\\S+) ± (\\S+) over").matcher(run.verdict().why());
        if (said.find() && !said.group().contains("×")) {
          double level = Double.parseDouble(said.group(1).replace(",", ""));
          double error = Double.parseDouble(said.group(2).replace(",", ""));
          assertThat(error).as("step %d: %s", t, said.group()).isLessThanOrEqualTo(0.55 * level);
        }
      }
    }
  }
}
