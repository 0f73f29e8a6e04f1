package io.thermograd.detect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.thermograd.estimate.RunEstimators;
import io.thermograd.estimate.step.Motion;
import io.thermograd.estimate.step.QuantityList;
import io.thermograd.estimate.step.RunSettings;
import io.thermograd.estimate.step.TrainingStep;
import io.thermograd.wire.Alert;
import io.thermograd.wire.Regime;
import io.thermograd.wire.Severity;
import io.thermograd.wire.Verdict;
import io.thermograd.wire.proto.RunStarted.Optimizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.BiFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class RunDetectorsTest {
  // "−0", "NaN" and the like in a sentence mean that a number was put in that is none.
  private static final Pattern GARBAGE =
      Pattern.compile("NaN|null|Infinity|%[.,\\d]*[dgfs]|--|\\.\\.");

  /** Estimators and detectors side by side, as the fold runs them. */
  private static final class Run {
    static final RunSettings SETTINGS = RunSettings.of(Optimizer.SGD);
    final RunEstimators estimators = new RunEstimators(SETTINGS, 500, 100);
    final RunDetectors detectors = new RunDetectors("run", 0, SETTINGS);
    final List<Alert> alerts = new ArrayList<>();
    long step;

    List<Alert> accept(@Nullable Double loss, @Nullable Double rate, boolean bad, long lost) {
      var next =
          TrainingStep.at(step, step)
              .loss(loss)
              .learningRate(rate)
              .batchSize(32)
              .nonFinite(bad)
              .build();
      return accept(next, lost);
    }

    List<Alert> accept(TrainingStep next) {
      return accept(next, 0);
    }

    private List<Alert> accept(TrainingStep next, long lost) {
      step++;
      estimators.accept(next);
      List<Alert> opened = detectors.accept(next, lost, estimators);
      alerts.addAll(opened);
      return opened;
    }

    List<Alert> opened() {
      return alerts.stream()
          .filter(a -> a.state() == Alert.State.OPENED)
          // Ripples of sines do oscillate.
          .filter(a -> !a.kind().equals("spike") && !a.kind().equals("oscillating"))
          .toList();
    }

    List<Alert> loss(double loss) {
      return accept(loss, 0.1, false, 0);
    }

    @Nullable Regime regime() {
      return detectors.regime().orElse(null);
    }

    Verdict verdict() {
      QuantityList list = new QuantityList();
      estimators.describe(list);
      return detectors.verdict(list, estimators);
    }
  }

  @Test
  void warmsUpThenFallsThenIsFlat() {
    var random = new SplittableRandom(1);
    Run run = new Run();
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
    Run run = new Run();
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
      Run run = new Run();
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
    Run run = new Run();
    for (int t = 0; t < 3000; t++) {
      run.loss(1 + 1e-4 * t + 0.01 * ((t % 7) - 3));
    }
    assertThat(run.opened()).isEmpty();
    assertThat(run.regime()).isNull();
    assertThat(run.detectors.regimeMissing()).contains("rises");
    assertThat(run.verdict().title()).isEqualTo("The loss is rising");
    assertThat(run.verdict().why()).contains("higher");
  }

  @Test
  void aRunWithoutLossIsNotWarmingUpForever() {
    Run run = new Run();
    for (int t = 0; t < 100; t++) {
      run.accept(null, 0.1, false, 0);
    }
    assertThat(run.regime()).isNull();
    assertThat(run.detectors.regimeMissing()).contains("set loss in step");
    assertThat(run.verdict().title()).contains("no loss");
  }

  @Test
  void aNonFiniteLossIsReportedAtOnceAndOnce() {
    for (double bad : new double[] {Double.NaN, Double.POSITIVE_INFINITY}) {
      Run run = new Run();
      for (int t = 0; t < 50; t++) {
        run.loss(1 + t % 2);
      }
      List<Alert> opened = run.loss(bad);
      assertThat(opened).hasSize(1);
      assertThat(opened.get(0).kind()).isEqualTo("non_finite");
      assertThat(opened.get(0).severity()).isEqualTo(Severity.CRITICAL);
      assertThat(opened.get(0).step()).isEqualTo(50);
      assertThat(run.regime()).isEqualTo(Regime.DIVERGING);
      for (int t = 0; t < 500; t++) {
        assertThat(run.loss(bad)).isEmpty();
      }
      assertThat(opened.get(0).state()).isEqualTo(Alert.State.OPENED);
      assertThat(run.verdict().title()).isEqualTo("Not finite since step 50");
    }
  }

  @Test
  void anOverflowOfTheGradientAloneIsReportedWithoutALoss() {
    Run run = new Run();
    List<Alert> opened = run.accept(null, null, true, 0);
    assertThat(opened).hasSize(1);
    assertThat(opened.get(0).evidence()).isEqualTo("step 0");
    sane(opened.get(0));
  }

  /** A tenth of noise on a norm, whose square then grows by a fifth a step. */
  private static void soar(Run run, BiFunction<TrainingStep.Builder, Double, TrainingStep> told) {
    SplittableRandom random = new SplittableRandom(5);
    for (int t = 0; t < 500; t++) {
      double square =
          (t < 300 ? 1 : Math.pow(1.2, t - 300)) * Math.exp(0.1 * random.nextGaussian());
      run.accept(
          told.apply(TrainingStep.at(run.step, run.step).learningRate(0.1).batchSize(32), square));
    }
  }

  @Test
  void whereNoLossIsSentTheNormThatGrowsIsNamed() {
    Run run = new Run();
    soar(run, (step, square) -> step.gradSqnorm(square).build());
    assertThat(run.opened())
        .extracting(Alert::kind, Alert::severity)
        .containsExactly(
            tuple("loss_growth", Severity.WARNING), tuple("divergence", Severity.CRITICAL));
    assertThat(run.opened().get(0).title()).startsWith("The gradient norm soars");
    assertThat(run.opened().get(0).next()).startsWith("Send the loss").contains("plateau");
    String evidence = run.opened().get(1).evidence();
    // √1.2 a step, and 1.2ⁿ at float32's largest some 30 steps after it began.
    assertThat(evidence)
        .startsWith("gradient norm ")
        .containsPattern("grows by (9|10)\\.?\\d* % a step");
    Matcher steps = Pattern.compile("overflows in (\\d+) steps").matcher(evidence);
    assertThat(steps.find()).isTrue();
    long since = run.opened().get(1).step() - 300;
    double left = Math.log(Float.MAX_VALUE) / Math.log(1.2) - since;
    assertThat(Double.parseDouble(steps.group(1))).isCloseTo(left, withinPercentage(10));
    assertThat(run.regime()).isEqualTo(Regime.DIVERGING);
    assertThat(run.verdict().why()).contains("gradient norms are about");
    run.alerts.forEach(RunDetectorsTest::sane);

    Run updates = new Run();
    soar(updates, (step, square) -> step.motion(new Motion(new float[0], square, null)).build());
    assertThat(updates.opened().get(0).title()).startsWith("The update norm soars");
  }

  /**
   * A run that leaves a plateau: ever larger gradients, all in one direction, are no divergence.
   */
  @Test
  void aNormThatGrowsStraightOnIsNoDivergence() {
    for (int turn : new int[] {1, -1}) {
      Run run = new Run();
      SplittableRandom random = new SplittableRandom(7);
      for (int t = 0; t < 400; t++) {
        double grown = Math.pow(1.1, Math.max(0, t - 300)) * (turn < 0 && t % 2 == 0 ? -1 : 1);
        float[] g = new float[16];
        for (int i = 0; i < g.length; i++) {
          g[i] = (float) ((t < 300 ? 0 : grown) + 0.3 * random.nextGaussian());
        }
        run.accept(
            TrainingStep.at(run.step, run.step)
                .learningRate(0.1)
                .batchSize(32)
                .examples(new int[] {32})
                .sketches(new float[][] {g})
                .build());
      }
      if (turn > 0) {
        assertThat(run.opened()).isEmpty();
      } else {
        assertThat(run.opened().get(0).title()).startsWith("The gradient norm soars");
        // It turns: that is no plateau.
        assertThat(run.opened().get(0).next()).doesNotContain("plateau");
      }
    }
  }

  @Test
  void aLossThatComesLateIsWhatCounts() {
    Run run = new Run();
    soar(run, (step, square) -> step.gradSqnorm(square).build());
    run.loss(1);
    // What soared is followed no more, and nothing stays open.
    assertThat(run.alerts.get(run.alerts.size() - 1).state()).isEqualTo(Alert.State.CLOSED);
    for (int t = 0; t < 200; t++) {
      run.loss(1 + 0.01 * (t % 5));
    }
    assertThat(run.regime()).isNotEqualTo(Regime.DIVERGING);
    assertThat(run.verdict().title()).doesNotContain("no loss");
  }

  @Test
  void theGradientIsSaidToGoFirstWhereItDoes() {
    Run run = new Run();
    SplittableRandom random = new SplittableRandom(6);
    for (int t = 0; t < 360; t++) {
      double grown = Math.max(0, t - 300);
      run.accept(
          TrainingStep.at(run.step, run.step)
              .loss(Math.pow(1.1, grown) * Math.exp(0.02 * random.nextGaussian()))
              .gradSqnorm(Math.pow(1.6, grown) * Math.exp(0.05 * random.nextGaussian()))
              .learningRate(0.1)
              .batchSize(32)
              .build());
    }
    assertThat(run.opened().get(run.opened().size() - 1).evidence())
        .startsWith("loss ")
        .contains("; it grows by ")
        .contains("; the gradient norm goes first, it grows by 26");
  }

  @Test
  void aRaisedLearningRateIsTheSuspect() {
    Run run = new Run();
    for (int t = 0; t < 300; t++) {
      run.accept(1 + 0.01 * (t % 5), 0.1, false, 0);
    }
    for (int t = 0; t < 60; t++) {
      run.accept(Math.pow(1.1, t), 0.5, false, 0);
    }
    assertThat(run.opened())
        .extracting(Alert::kind, Alert::severity)
        .containsExactly(
            tuple("loss_growth", Severity.WARNING), tuple("divergence", Severity.CRITICAL));
    assertThat(run.opened().get(0).evidence()).contains("from 0.100 to 0.500 at step 300");
    assertThat(run.opened().get(1).evidence()).contains("from 0.100 to 0.500 at step 300");
    assertThat(run.opened().get(1).evidence()).contains("overflows in");
    assertThat(run.opened().get(1).next()).contains("at most the 0.100 that held");
    assertThat(run.verdict().title()).startsWith("Diverging since step 30");
    assertThat(run.verdict().next()).contains("at most the 0.100 that held");
  }

  /** ½θ² with noisy gradients, whose learning rate is raised to 2.02, beyond what is stable. */
  @Test
  void whatStandsBesideADivergenceAsksForTheSame() {
    var random = new SplittableRandom(3);
    Run run = new Run();
    double theta = 1;
    for (int t = 0; t < 1_000; t++) {
      double rate = t < 600 ? 0.05 : 2.02;
      float[][] gradients = new float[4][1];
      double mean = 0;
      for (float[] g : gradients) {
        g[0] = (float) (theta + 0.1 * random.nextGaussian());
        mean += g[0] / 4;
      }
      run.accept(
          TrainingStep.at(t, t)
              .loss(0.5 * theta * theta + 0.001 * random.nextGaussian())
              .learningRate(rate)
              .batchSize(32)
              .examples(new int[] {8, 8, 8, 8})
              .sketches(gradients)
              .build());
      theta -= rate * mean;
    }
    assertThat(run.alerts).extracting(Alert::kind).contains("divergence", "oscillating");
    assertThat(run.verdict().next()).contains("at most the 0.0500 that held");
    for (Alert alert : run.alerts) {
      if (alert.step() > 650 && alert.next().contains("learning rate")) {
        assertThat(alert.next() + ".").as(alert.title()).isEqualTo(run.verdict().next());
      }
    }
  }

  @Test
  void oneRiseEndsInOneAlert() {
    Run run = new Run();
    for (int t = 0; t < 300; t++) {
      run.accept(1 + 0.01 * (t % 5), 0.1, false, 0);
    }
    for (int t = 0; t < 700; t++) {
      run.accept(Math.pow(1.1, Math.min(t, 60)), 0.5, false, 0);
    }
    List<Alert> ends =
        run.alerts.stream()
            .filter(a -> Set.of("loss_growth", "divergence").contains(a.kind()))
            .filter(a -> a.state() == Alert.State.CLOSED)
            .toList();
    long critical = run.opened().get(1).step();
    assertThat(ends)
        .extracting(Alert::kind, Alert::title)
        .containsExactly(
            tuple("loss_growth", "The growth has become a divergence"),
            tuple("divergence", "The loss has settled on a higher level"));
    assertThat(ends.get(0).step()).isEqualTo(critical);
    assertThat(ends.get(1).step()).isGreaterThan(critical);
  }

  @Test
  void aSpikeThatReturnsIsClosedAndNeverCritical() {
    Run run = new Run();
    for (int t = 0; t < 300; t++) {
      run.loss(1 + 0.01 * (t % 5));
    }
    for (int t = 0; t < 14; t++) {
      run.loss(Math.pow(3, Math.min(t, 14 - t)));
    }
    assertThat(run.regime()).isEqualTo(Regime.SPIKE);
    assertThat(run.verdict().title()).startsWith("The loss soars since step 30");
    for (int t = 0; t < 60; t++) {
      run.loss(1 + 0.01 * (t % 5));
    }
    List<Alert> growth =
        run.alerts.stream()
            .filter(a -> a.kind().equals("loss_growth") && a.state() != Alert.State.UPDATED)
            .toList();
    assertThat(growth)
        .extracting(Alert::severity, Alert::title, Alert::state)
        .containsExactly(
            tuple(
                Severity.WARNING,
                "The loss soars beyond anything in its recent history",
                Alert.State.OPENED),
            tuple(Severity.INFO, "The loss has returned", Alert.State.CLOSED));
    assertThat(growth.get(1).openedAt()).isEqualTo(growth.get(0).step());
    assertThat(run.alerts).noneMatch(a -> a.severity() == Severity.CRITICAL);
    assertThat(run.verdict().severity()).isEqualTo(Severity.INFO);
  }

  @Test
  void theFirstStepsOfAWarmUpAreNoSuspect() {
    Run run = new Run();
    for (int t = 0; t < 140; t++) {
      run.accept(t < 60 ? 1.0 : 100, 0.001 * t, false, 0);
    }
    assertThat(run.opened()).hasSize(2);
    assertThat(run.opened().get(1).evidence()).doesNotContain("learning rate");
    assertThat(run.opened().get(1).next()).contains("for example 0.0");
  }

  @Test
  void noRateOfZeroIsRecommended() {
    Run run = new Run();
    for (int t = 0; t < 140; t++) {
      run.accept(t < 60 ? 1.0 : 100, 0.0, false, 0);
    }
    assertThat(run.opened().get(1).next()).endsWith("lower the learning rate");
  }

  @Test
  void lostTelemetryIsReportedOnceInAThousandSteps() {
    Run run = new Run();
    for (int t = 0; t < 500; t++) {
      run.accept(1.0, 0.1, false, t / 10);
    }
    // 1, e, e², … events: updates are as rare as e-folds.
    assertThat(run.opened()).hasSize(1);
    assertThat(run.alerts).hasSize(4);
    assertThat(run.alerts).allMatch(a -> a.kind().equals("lost_telemetry"));
    assertThat(run.alerts.get(0).step()).isEqualTo(10);
    for (int t = 0; t < 1100; t++) {
      run.accept(1.0, 0.1, false, 49);
    }
    assertThat(run.alerts.get(4).state()).isEqualTo(Alert.State.CLOSED);
    run.accept(1.0, 0.1, false, 50);
    assertThat(run.opened()).hasSize(2);
  }

  @Test
  void afterAnOverflowTheCheckpointIsFromBeforeTheLossBeganToSoar() {
    var random = new SplittableRandom(1);
    Run run = new Run();
    for (int t = 0; t < 500; t++) {
      run.accept(1 + 0.02 * random.nextGaussian(), 0.1, false, 0);
    }
    for (int t = 0; t < 100; t++) {
      run.accept(Math.pow(1.8, t), 1.0, false, 0);
    }
    run.accept(1.3361649329470885e76, 1.0, true, 0);
    Verdict verdict = run.verdict();
    assertThat(verdict.title()).isEqualTo("Not finite since step 600");
    assertThat(verdict.why()).contains("the loss soars since step 50");
    assertThat(verdict.next())
        .startsWith("Stop: nothing after step 50")
        .endsWith("lower the learning rate, at most the 0.100 that held.");
    Alert alert =
        run.alerts.stream().filter(x -> x.kind().equals("non_finite")).findFirst().orElseThrow();
    assertThat(alert.evidence()).startsWith("step 600, loss 1.34×10⁷⁶; the loss soars since");
    assertThat(alert.next() + ".").isEqualTo(verdict.next());
  }

  @Test
  void nothingIsAveragedWhileTheLossSoars() {
    var random = new SplittableRandom(1);
    Run run = new Run();
    for (int t = 0; t < 2000; t++) {
      run.accept(1 + 0.02 * random.nextGaussian(), 0.1, false, 0);
    }
    assertThat(run.detectors.findings().averages()).containsKey("loss");
    for (int t = 0; t < 60; t++) {
      run.accept(Math.pow(1.5, t), 0.1, false, 0);
    }
    assertThat(run.regime()).isEqualTo(Regime.DIVERGING);
    assertThat(run.detectors.findings().averages()).isEmpty();
    QuantityList list = new QuantityList();
    run.estimators.describe(list);
    run.detectors.describe(list, run.estimators);
    assertThat(list.absent().get("loss_drift")).contains("left its level");
  }

  @RepeatedTest(40)
  void sentencesAreSaneWhateverComes(RepetitionInfo info) {
    var random = new SplittableRandom(info.getCurrentRepetition());
    Run run = new Run();
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
          .forEach(RunDetectorsTest::sane);
      Verdict verdict = run.verdict();
      sane(verdict.title());
      sane(verdict.why());
      sane(verdict.next());
      agree(run, verdict);
    }
  }

  private static void agree(Run run, Verdict verdict) {
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

  private static void sane(Alert alert) {
    sane(alert.title());
    sane(alert.evidence().replace("loss NaN", "loss overflowed"));
    sane(alert.next());
  }

  private static void sane(String sentence) {
    assertThat(sentence).isNotBlank();
    assertThat(GARBAGE.matcher(sentence).find()).as(sentence).isFalse();
  }

  @RepeatedTest(20)
  void goesOnBitForBitAfterARestore(RepetitionInfo info) {
    var random = new SplittableRandom(info.getCurrentRepetition());
    Run whole = new Run();
    int cut = random.nextInt(200);
    for (int t = 0; t < cut; t++) {
      whole.accept(loss(random), rate(random), random.nextInt(90) == 0, t / 40);
    }
    Run restored = new Run();
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
