package io.thermograd.detect.stationarity;

import io.thermograd.detect.series.IntegratedTime;
import io.thermograd.detect.series.MultiTauCorrelator;
import io.thermograd.detect.series.Periodicity;
import io.thermograd.detect.series.SpikeFilter;
import io.thermograd.detect.stationarity.Standing.Drift;
import io.thermograd.detect.stationarity.Standing.Equilibrium;
import io.thermograd.estimate.step.QuantityList;
import io.thermograd.estimate.step.RunSettings;
import io.thermograd.estimate.step.TrainingStep;
import io.thermograd.estimate.step.WarmUp;
import io.thermograd.wire.QuantityName;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Where a run stands: drift of its loss ({@link DriftWatch}), balance of fluctuation and
 * dissipation of its parameters ({@link Balance}), autocorrelation time of the detrended loss,
 * jumps, Pflug's statistic, critical slowing down.
 *
 * <p>Losses that are not finite, and steps without one, change nothing of the loss. Spikes are
 * taken off before averages see it ({@link SpikeFilter}), and while the loss has jumped its
 * averages stand still. Cost O(k) a step, 18 sketches of state. One owner thread.
 */
public final class Stationarity {
  private static final int CORRELATOR_LEVELS = 8;
  private static final double CORRELATOR_HALF_LIFE = 2048;
  private static final int TIME_EVERY = 32;
  private static final double LARGEST = 1e150;
  private static final double MOST_MEMORY = 0.999;
  private static final double NORMAL = 1.959963984540054;

  private final int sketchDim;
  private final SpikeFilter filter = new SpikeFilter();
  private final JumpWatch jump = new JumpWatch();
  private final DriftWatch drift = new DriftWatch();
  private final Balance balance;
  private final MultiTauCorrelator correlator =
      new MultiTauCorrelator(CORRELATOR_LEVELS, CORRELATOR_HALF_LIFE);
  private final SuccessiveGradients gradients = new SuccessiveGradients();
  private final CriticalSlowing slowing = new CriticalSlowing();
  private final Periodicity periodicity = new Periodicity();
  private final TemperatureWatch temperature = new TemperatureWatch();
  private final StayTime stay = new StayTime();
  private double time = Double.NaN;
  private double timeError = Double.NaN;
  private double longTime = Double.NaN;
  private double rememberedTime;
  private Equilibrium equilibrium = Equilibrium.UNKNOWN;
  private long decidedLength;
  private long correlated;

  public Stationarity(RunSettings settings) {
    this.sketchDim = settings.sketchDim();
    double memory = settings.momentum().orElse(settings.beta1().orElse(0));
    this.balance = new Balance(memory >= 0 && memory <= MOST_MEMORY ? memory : 0);
  }

  /**
   * Adds a step.
   *
   * @param gradientDot of the step's gradient with the one before; NaN where there is none
   * @param gradientSqnorm of the step's gradient
   */
  public void accept(TrainingStep step, double gradientDot, double gradientSqnorm) {
    balance.accept(step);
    gradients.accept(gradientDot, gradientSqnorm);
    if (temperature.jumps(step)) {
      heat();
    }
    Double loss = step.loss();
    if (loss == null || !(Math.abs(loss) < LARGEST)) {
      return;
    }
    double x = filter.accept(loss);
    boolean before = jump.jumped();
    if (jump.accept(loss, x, time, drift)) {
      return;
    }
    if (before) {
      drift.resume();
      periodicity.interrupt();
    }
    periodicity.accept(x);
    if (drift.soars() && jump.open(drift.start())) {
      return;
    }
    Drift was = drift.drift();
    drift.accept(x, longTime, balance);
    if (drift.drift() != was) {
      turn(was);
    }
    if (drift.drift() == Drift.FLAT) {
      Equilibrium told = balance.within(drift.length(), decidedLength);
      if (told != Equilibrium.UNKNOWN) {
        equilibrium = told;
        decidedLength = Math.max(decidedLength, balance.decidedLength());
      }
      if (equilibrium == Equilibrium.FAILS && drift.loose()) {
        // It was called flat because they were in balance.
        drift.interrupt();
      }
      slowing.accept(x, time);
    }
    stay.accept(x);
    correlator.accept(x);
    if (++correlated % TIME_EVERY == 0) {
      IntegratedTime now = IntegratedTime.of(correlator);
      time = now.value();
      timeError = now.error();
      if (time > 0) {
        longTime = Math.max(rememberedTime, time + timeError);
      }
    }
  }

  /** A flat loss is to have another level: what it was on the old one is no part of the new. */
  private void heat() {
    stay.forget();
    if (drift.begin()) {
      decidedLength = 0;
      forgetTime();
    }
  }

  /** The run has come into another basin. */
  public void hop() {
    stay.hop();
    drift.hop(0);
  }

  /**
   * The basins are drawn anew: what was a stay before may have been several.
   *
   * @param ago steps since the present one was entered
   */
  public void redraw(long ago) {
    stay.forget();
    drift.hop(ago);
  }

  /** The loss is known to soar: it has jumped until it is back. */
  public void soar() {
    jump.open(drift);
  }

  /** The level that a rise has ended on is the level from now on. */
  public void settle() {
    jump.settle();
    drift.interrupt();
  }

  /** The correlations of a stretch that is over say nothing of the next. */
  private void turn(Drift before) {
    if (drift.drift() == Drift.FLAT) {
      equilibrium = balance.holdsWithin(drift.window()) ? Equilibrium.HOLDS : Equilibrium.UNKNOWN;
    } else if (before == Drift.FLAT) {
      equilibrium = Equilibrium.UNKNOWN;
    }
    if (drift.drift() == Drift.FLAT || before == Drift.FLAT) {
      forgetTime();
    }
  }

  private void forgetTime() {
    // A short stretch cannot tell a long time: what was known is forgotten by halves.
    rememberedTime = longTime > 0 ? longTime / 2 : 0;
    correlator.restart();
    correlated = 0;
  }

  /** What is known now. */
  public Standing standing() {
    return new Standing(
        drift.drift(),
        drift.slope(),
        drift.slopeError(),
        drift.level(),
        drift.window(),
        time,
        equilibrium);
  }

  /** What the loss does. */
  public Drift drift() {
    return drift.drift();
  }

  /** Whether fluctuation and dissipation balance, on the present flat stretch. */
  public Equilibrium equilibrium() {
    return equilibrium;
  }

  /** Integrated autocorrelation time of the detrended loss, steps; NaN while unknown. */
  public double autocorrelationTime() {
    return time;
  }

  /** The same within one basin, hops aside; NaN while unknown. */
  public double stayTime() {
    return stay.value();
  }

  /** Whether the run sends its parameters, so that the balance can be tested. */
  public boolean balanceTested() {
    return balance.told();
  }

  /** Whether the loss stands above its level and is not a new level yet. */
  public boolean jumped() {
    return jump.jumped();
  }

  /** The level that the loss jumped from. */
  public double levelBefore() {
    return jump.level();
  }

  /** Whether steps lead beyond the minimum, along the directions that carry the gradient. */
  public boolean overshooting() {
    return gradients.oscillating();
  }

  /** Period of the loss, in steps; 0 where it has none. */
  public double lossPeriod() {
    return periodicity.period();
  }

  /** Correlation of successive gradients; NaN while there are none. */
  public double gradientCorrelation() {
    return gradients.correlation();
  }

  /** Finite losses so far, those while it had jumped aside. */
  public long count() {
    return drift.count();
  }

  /** Publishes what is known. */
  public void describe(QuantityList out) {
    if (time > 0) {
      out.put(
          QuantityName.LOSS_AUTOCORRELATION_TIME,
          time,
          Math.max(0, time - NORMAL * timeError),
          time + NORMAL * timeError,
          "initial_monotone");
    } else {
      out.absent(
          QuantityName.LOSS_AUTOCORRELATION_TIME,
          drift.count() < 64
              ? WarmUp.reason(drift.count(), 64, "steps with a loss")
              : "longer than can be told from the steps so far, or the loss does not vary");
    }
    if (jump.jumped()) {
      out.absent(QuantityName.LOSS_DRIFT, "the loss has left its level and is not settled");
    } else if (drift.window() > 0) {
      double width = 2.145 * drift.slopeError(); // Student, 14 degrees
      out.put(
          QuantityName.LOSS_DRIFT,
          drift.slope(),
          drift.slope() - width,
          drift.slope() + width,
          "batch_means");
    } else {
      out.absent(QuantityName.LOSS_DRIFT, WarmUp.reason(drift.count(), 16, "steps with a loss"));
    }
    balance.describe(
        out, drift.drift() == Drift.FLAT ? drift.length() : drift.window(), equilibrium, sketchDim);
    gradients.describe(out);
    slowing.describe(out);
  }

  /** Writes the state; the same state gives the same bytes. */
  public void writeTo(DataOutput out) throws IOException {
    filter.writeTo(out);
    jump.writeTo(out);
    drift.writeTo(out);
    balance.writeTo(out);
    correlator.writeTo(out);
    gradients.writeTo(out);
    slowing.writeTo(out);
    periodicity.writeTo(out);
    temperature.writeTo(out);
    stay.writeTo(out);
    out.writeDouble(time);
    out.writeDouble(timeError);
    out.writeDouble(longTime);
    out.writeDouble(rememberedTime);
    out.writeByte(equilibrium.ordinal());
    out.writeLong(decidedLength);
    out.writeLong(correlated);
  }

  /** Replaces the state by what {@link #writeTo} wrote, for the same settings. */
  public void readFrom(DataInput in) throws IOException {
    filter.readFrom(in);
    jump.readFrom(in);
    drift.readFrom(in);
    balance.readFrom(in);
    correlator.readFrom(in);
    gradients.readFrom(in);
    slowing.readFrom(in);
    periodicity.readFrom(in);
    temperature.readFrom(in);
    stay.readFrom(in);
    time = in.readDouble();
    timeError = in.readDouble();
    longTime = in.readDouble();
    rememberedTime = in.readDouble();
    equilibrium = Equilibrium.values()[in.readByte()];
    decidedLength = in.readLong();
    correlated = in.readLong();
  }
}
