package io.thermograd.detect.forecast;

import io.thermograd.detect.basin.BasinChange;
import io.thermograd.detect.basin.BasinStanding;
import io.thermograd.detect.stationarity.Standing;
import io.thermograd.detect.stationarity.Standing.Drift;
import io.thermograd.estimate.step.RunSettings;
import io.thermograd.estimate.step.TrainingStep;
import io.thermograd.theory.ArrheniusCounts;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Forecasts when the run leaves its basin, from the rates seen: {@link EscapeRate}, {@link Exits}.
 *
 * <p>Forecasts are made at steps that grow by a quarter, whatever happens, so that their times owe
 * nothing to the events; of the time only once an exit has been seen, or other temperatures tell.
 * At a change of settings there is one more ({@link EscapeChanges}). O(1) a step but every {@value
 * #EVERY}th, O(basins²) then. One owner thread.
 */
final class Escapes {
  private static final int EVERY = 64;
  private static final double FIRST = 256;
  private static final double GROWS = 1.25;

  /** What the probability to leave does not exceed, whenever it is said, with 95 %. */
  private static final double TRAPPED = 0.2;

  /** The probability to leave at which it is first said. */
  private static final double UNLIKELY = 0.04;

  private static final double SAME = ForecastKind.ESCAPE_STEPS.tolerance();

  private final OptionalLong budget;
  private final double momentum;
  private final Ledger ledger;
  private final Exits exits = new Exits();
  private final BasinLevels levels = new BasinLevels();
  private Settings settings = Settings.NONE;
  private EscapeOutlook outlook = EscapeOutlook.NONE;
  private double next = FIRST;
  private int basin;

  Escapes(RunSettings run, Ledger ledger) {
    this.budget = run.budgetSteps();
    this.momentum = run.momentum().orElse(0);
    this.ledger = ledger;
  }

  void accept(
      TrainingStep step,
      Settings now,
      Standing standing,
      Supplier<BasinStanding> told,
      Optional<BasinChange> change) {
    Double loss = step.loss();
    if (change.isPresent()) {
      resolve(change.get());
      basin = change.get().to();
    }
    if (loss != null) {
      levels.accept(basin, loss, now);
    }
    boolean changed = !settings.same(now, SAME);
    boolean due = step.step() >= next;
    if (!due && !changed && change.isEmpty() && step.step() - outlook.step() < EVERY) {
      return;
    }
    BasinStanding basins = told.get();
    basin = basins.current();
    if (exits.renewed(basins, change.isPresent())) {
      ledger.voidIf(Escapes::aboutBasins);
    }
    if (changed) {
      Settings before = settings;
      settings = now;
      exits.rebase(basins);
      EscapeChanges.forecast(ledger, step.step(), before, now, line(basins), pace(), basin);
    }
    look(step.step(), standing, basins, !changed && change.isEmpty());
    if (due) {
      next = Math.max(Math.ceil(next * GROWS), step.step() + 1);
      forecast(step.step(), basins);
    }
  }

  private static boolean aboutBasins(Entry entry) {
    return ofTime(entry) || entry.kind() == ForecastKind.ESCAPE_PROBABILITY;
  }

  private static boolean ofTime(Entry entry) {
    return entry.kind() == ForecastKind.ESCAPE_STEPS
        || entry.kind() == ForecastKind.ESCAPE_AFTER_CHANGE;
  }

  /** What the forecasts about a basin waited for. */
  private void resolve(BasinChange change) {
    for (Entry entry : ledger.entries()) {
      boolean here = entry.subject() == change.from() && !entry.resolved();
      if (here && ofTime(entry)) {
        // Found only now, it may have begun before the forecast was made.
        entry.resolve(Math.max(1, change.entered() - entry.madeAt()));
      } else if (here && entry.kind() == ForecastKind.ESCAPE_PROBABILITY) {
        entry.resolve(1);
      }
    }
  }

  /** Nothing more happens before the forecasts that are due now: what has not come stays away. */
  void conclude(long step) {
    for (Entry entry : ledger.entries()) {
      if (entry.kind() == ForecastKind.ESCAPE_PROBABILITY
          && entry.due() <= step
          && !entry.resolved()) {
        entry.resolve(0);
      }
    }
  }

  private void look(long step, Standing standing, BasinStanding basins, boolean same) {
    int basin = basins.current();
    long remaining = budget.isPresent() ? Math.max(0, budget.getAsLong() - 1 - step) : -1;
    EscapeRate rate = rate(basins);
    double pace = pace();
    if (rate == null || !(pace > 0)) {
      outlook =
          new EscapeOutlook(
              basin,
              step,
              remaining,
              Double.NaN,
              Double.NaN,
              Double.NaN,
              0,
              Double.NaN,
              Double.NaN,
              false);
      return;
    }
    double span = remaining * pace;
    boolean asked = remaining >= 0;
    double atMost = asked ? rate.atMostEver(span, budget.getAsLong() * pace) : Double.NaN;
    double chance = asked ? rate.within(span) : Double.NaN;
    int better = levels.better(basin, standing);
    boolean hopeless = remaining > 0 && atMost <= TRAPPED;
    boolean stays = same && outlook.trapped() && outlook.basin() == basin;
    boolean begins = better > 0 && standing.drift() == Drift.FLAT && chance <= UNLIKELY;
    outlook =
        new EscapeOutlook(
            basin,
            step,
            remaining,
            chance,
            atMost,
            rate.remaining(pace).quantile(0.5),
            better,
            levels.above(basin, better, Double.NaN),
            learningRate(basins, pace, remaining, 0),
            hopeless && (stays || begins));
  }

  /** Whether what is known of the basins can be built on. */
  static boolean known(BasinStanding basins) {
    return basins.current() > 0 && (basins.count() == 1 || basins.validated());
  }

  private void forecast(long step, BasinStanding basins) {
    EscapeRate rate = rate(basins);
    double pace = pace();
    if (rate == null || !(pace > 0)) {
      return;
    }
    int basin = basins.current();
    EscapeChanges.add(
        ledger, ForecastKind.ESCAPE_STEPS, step, rate.remaining(pace), settings, basin);
    long horizon = budget.isPresent() ? budget.getAsLong() - 1 - step : step;
    if (horizon > 0) {
      ledger.add(
          new Entry(
              ForecastKind.ESCAPE_PROBABILITY,
              step,
              step + horizon,
              new Predictive.Chance(rate.within(horizon * pace)),
              settings,
              basin));
    }
  }

  /**
   * The η at which an escape takes so many steps on average, at the present batch size; NaN while
   * unknown.
   *
   * @param errors standard errors of log τ by which the escape is taken to be slower
   */
  double learningRate(BasinStanding basins, double pace, long steps, double errors) {
    ArrheniusLine line = steps > 0 && pace > 0 ? line(basins) : null;
    if (line == null || !(settings.learningRate() > 0)) {
      return Double.NaN;
    }
    ArrheniusCounts fit = line.fit();
    double perRate = line.temperature() / pace;
    double error = Math.sqrt(fit.logRateVariance(perRate * fit.learningRateFor(perRate, steps)));
    double wanted = steps * Math.exp(-errors * error);
    return wanted > 0 && wanted < Double.POSITIVE_INFINITY
        ? settings.learningRate() * fit.learningRateFor(perRate, wanted) / pace
        : Double.NaN;
  }

  /** The Arrhenius line of the current basin where it rises significantly. */
  @Nullable ArrheniusLine line(BasinStanding basins) {
    ArrheniusLine line = known(basins) ? ArrheniusLine.of(basins, nominal(), true) : null;
    return line != null && line.significant() ? line : null;
  }

  /** The rate of leaving the current basin; null while nothing is known of it. */
  @Nullable EscapeRate rate(BasinStanding basins) {
    return known(basins) && pace() > 0 ? exits.rate(basins, nominal()) : null;
  }

  /** SGD time of a step, η_eff. */
  double pace() {
    return settings.learningRate() / (1 - momentum);
  }

  private double nominal() {
    return pace() / Math.max(1, settings.batchSize());
  }

  EscapeOutlook outlook() {
    return outlook;
  }

  void writeTo(DataOutput out) throws IOException {
    exits.writeTo(out);
    levels.writeTo(out);
    settings.writeTo(out);
    outlook.writeTo(out);
    out.writeDouble(next);
    out.writeInt(basin);
  }

  void readFrom(DataInput in) throws IOException {
    exits.readFrom(in);
    levels.readFrom(in);
    settings = Settings.readFrom(in);
    outlook = EscapeOutlook.readFrom(in);
    next = in.readDouble();
    basin = in.readInt();
  }
}
