package io.thermograd.detect;

import io.thermograd.detect.basin.BasinChange;
import io.thermograd.detect.divergence.DivergenceDetector;
import io.thermograd.detect.divergence.GrowthWords;
import io.thermograd.detect.regime.Catapult;
import io.thermograd.detect.regime.EscapeOutlook;
import io.thermograd.detect.regime.Regimes;
import io.thermograd.detect.stationarity.Stationarity;
import io.thermograd.detect.words.Figures;
import io.thermograd.estimate.step.TrainingStep;
import io.thermograd.wire.Alert;
import io.thermograd.wire.Severity;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Puts alerts into words, with the numbers they were decided on. */
final class AlertWriter {
  /** Runs that hover at the edge stay within this of it: those of Cohen et al. within some 10 %. */
  static final double BEYOND = 1.2;

  private static final long SUSPECT_STEPS = 200;

  private final String runId;
  private final int attempt;
  private final DivergenceDetector divergence;
  private final Stationarity stationarity;
  private final Regimes regimes;
  private final LearningRateHistory learningRate;

  AlertWriter(
      String runId,
      int attempt,
      DivergenceDetector divergence,
      Stationarity stationarity,
      Regimes regimes,
      LearningRateHistory learningRate) {
    this.runId = runId;
    this.attempt = attempt;
    this.divergence = divergence;
    this.stationarity = stationarity;
    this.regimes = regimes;
    this.learningRate = learningRate;
  }

  /** What is said of one moment of an episode. */
  record Words(String title, String evidence, String next) {}

  Alert write(
      TrainingStep step,
      AlertKind kind,
      Severity severity,
      Alert.State state,
      long openedAt,
      Words words) {
    return new Alert(
        runId,
        attempt,
        step.step(),
        step.time(),
        kind.id(),
        severity,
        words.title,
        words.evidence,
        words.next,
        state,
        openedAt);
  }

  Words growth() {
    return new Words(
        subject() + " soars beyond anything in its recent history",
        GrowthWords.describe(divergence) + suspect(divergence.since()),
        Remedies.rise(divergence, learningRate));
  }

  Words divergence() {
    return new Words(
        subject() + " has left its level and does not come back",
        GrowthWords.describe(divergence) + suspect(divergence.since()),
        Remedies.lowerLearningRate(learningRate, divergence.since()));
  }

  /** "The loss", or what is followed in its place. */
  private String subject() {
    return divergence.subject().atBeginning();
  }

  private String shown(double followed) {
    return Figures.of(divergence.subject().shown(followed));
  }

  Words critical() {
    return new Words(
        "The growth has become a divergence",
        GrowthWords.describe(divergence),
        "Act on the alert of the divergence, which tells how it goes on");
  }

  Words returned() {
    Catapult catapult = regimes.catapult();
    return new Words(
        subject() + " has returned",
        format(
                "it rose from step %,d, at most to %s, and is back below %s",
                divergence.since(), shown(divergence.peak()), shown(divergence.bound()))
            + (catapult.lowered()
                ? format(
                    "; a catapult: the sharpness fell from %s to %s",
                    Figures.of(catapult.before()), Figures.of(catapult.after()))
                : ""),
        "Nothing to do");
  }

  Words settled() {
    if (divergence.settledFalling()) {
      return new Words(
          subject() + " has stopped growing and falls",
          format(
              "it rose from step %,d, from %s to %s at most, and is %s now",
              divergence.since(),
              shown(divergence.reference()),
              shown(divergence.peak()),
              shown(divergence.level())),
          "Wait for where it stops: should that be too high, go back to a checkpoint before step "
              + format("%,d", divergence.since()));
    }
    return new Words(
        subject() + " has settled on a higher level",
        format(
            "it rose from step %,d, from %s to %s, and has stopped growing",
            divergence.since(), shown(divergence.reference()), shown(divergence.level())),
        "Go back to a checkpoint before step "
            + format("%,d", divergence.since())
            + " unless that level is wanted: it is the base from now on");
  }

  Words nonFinite(TrainingStep step, long since) {
    long soaredAt = divergence.soarsSince().orElse(since);
    return new Words(
        "Loss or gradient is not finite",
        format("step %,d", since)
            + (step.loss() == null ? "" : ", loss " + Figures.of(step.loss()))
            + (soaredAt < since
                ? format(
                    "; the %s has soared since step %,d", divergence.subject().words(), soaredAt)
                : "")
            + suspect(soaredAt),
        Remedies.restart(learningRate, since, soaredAt));
  }

  Words lostTelemetry(TrainingStep step, long lostEvents) {
    return new Words(
        "Events of this run were lost on their way",
        format("%,d events dropped or steps missing by step %,d", lostEvents, step.step()),
        "Check the trainer's connection to the broker, or enlarge the reporter's queue; estimates"
            + " use the steps that came");
  }

  Words plateau(long since) {
    return new Words(
        "The loss is on a plateau",
        drift() + format("; flat since step %,d, and the parameters still go somewhere", since),
        Remedies.plateau(learningRate));
  }

  Words stationary(long since) {
    return new Words(
        "The run is in equilibrium",
        drift() + format("; fluctuation and dissipation balance since step %,d", since),
        "Read the verdict: whether noise holds the loss up, and what less of it is worth");
  }

  Words spike(double loss) {
    return new Words(
        "The loss has jumped",
        format(
            "loss %s, against %s before", Figures.of(loss), Figures.of(stationarity.levelBefore())),
        "Nothing to do yet: a spike returns within its autocorrelation time");
  }

  Words transition(@Nullable BasinChange change) {
    return new Words(
        "The run has gone over into another basin",
        change == null
            ? "another basin's core"
            : format(
                "from basin %d to %d%s, between steps %,d and %,d",
                change.from(),
                change.to(),
                change.known() ? ", where it has been before" : ", which is new",
                change.left(),
                change.entered()),
        "Nothing to do; estimates of the old basin no longer hold");
  }

  Words trapped(EscapeOutlook outlook) {
    return new Words(
        "The run will hardly leave its basin",
        format(
            "it leaves its basin within the remaining %s with a probability of at most %s",
            Figures.steps(outlook.remainingSteps()), Figures.rough(outlook.probabilityUpper())),
        Remedies.escape(outlook));
  }

  Words edge(double ratio) {
    String evidence =
        "the sharpness is " + Figures.rough(ratio) + " times the largest at which steps are stable";
    if (ratio > BEYOND) {
      return new Words(
          "The run is beyond the edge of stability",
          evidence + suspect(learningRate.changedAt()),
          Remedies.beyondEdge(learningRate, ratio));
    }
    return divergence.soarsSince().isPresent()
        ? new Words(subject() + " soars at the edge of stability", evidence, asForTheRise())
        : new Words(
            "The run hovers at the edge of stability", evidence, Remedies.atEdge(learningRate));
  }

  Words oscillating() {
    if (!stationarity.overshooting()) {
      return new Words(
          "The loss oscillates",
          format(
              "its autocorrelation has a low and comes back, with a period of about %.0f steps",
              stationarity.lossPeriod()),
          "Nothing to do where the learning rate or the data go in such a cycle; else lower the"
              + " momentum or the learning rate");
    }
    return new Words(
        "Steps overshoot",
        format(
            "successive gradients have a correlation of %s, below −1/2: η·κ is above 1 along the"
                + " directions that carry them",
            Figures.rough(stationarity.gradientCorrelation())),
        divergence.soarsSince().isPresent()
            ? asForTheRise()
            : regimes.atEdge() ? Remedies.atEdge(learningRate) : Remedies.halve(learningRate));
  }

  /** What stands beside a rise has the same remedy. */
  private String asForTheRise() {
    return divergence.growing() || divergence.diverging()
        ? Remedies.rise(divergence, learningRate)
        : Remedies.lowerLearningRate(learningRate, divergence.soarsSince().orElseThrow());
  }

  Words over(AlertKind kind, long openedAt, long step) {
    return new Words(
        switch (kind) {
          case PLATEAU -> "The plateau is over";
          case STATIONARY -> "The run has left its equilibrium";
          case SPIKE ->
              divergence.soarsSince().isPresent()
                  ? "The jump has become a rise, which has its own alert"
                  : "The jump is over";
          case TRANSITION -> "The run has arrived in its new basin";
          case TRAPPED -> "The run is no longer trapped";
          case EDGE_OF_STABILITY -> "The run has left the edge of stability";
          case OSCILLATING -> "The oscillation is over";
          case NON_FINITE -> "Loss and gradient are finite again";
          case LOST_TELEMETRY -> "No more events are lost";
          case LOSS_GROWTH, DIVERGENCE -> subject() + " has returned";
        },
        format("it lasted from step %,d to step %,d", openedAt, step)
            + (kind == AlertKind.SPIKE
                ? format("; the loss is %s now", Figures.of(divergence.last()))
                : ""),
        "Nothing to do");
  }

  private String drift() {
    double window = stationarity.standing().window();
    return format(
        "loss %s, which changes by %s in %s",
        Figures.of(stationarity.standing().level()),
        Figures.measured(
            stationarity.standing().slope() * window,
            2.145 * stationarity.standing().slopeError() * window,
            2),
        Figures.steps(window));
  }

  private String suspect(long step) {
    return learningRate.raisedBetween(step - SUSPECT_STEPS, step)
        ? "; " + learningRate.describeChange()
        : "";
  }

  private static String format(String pattern, @Nullable Object... values) {
    return String.format(Locale.ROOT, pattern, values);
  }
}
