package io.thermograd.detect.forecast;

import io.thermograd.wire.Forecast;
import io.thermograd.wire.Quantity;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/** A forecast as it was written down, and what has come of it so far. One owner thread. */
final class Entry {
  private final ForecastKind kind;
  private final long madeAt;
  private final long due;
  private final Predictive predictive;
  private final Settings settings;
  private final double subject;
  private double outcome = Double.NaN;

  /**
   * @param settings that it rests on
   * @param subject what it is about, beyond its kind: a basin's number, a loss to reach
   */
  Entry(
      ForecastKind kind,
      long madeAt,
      long due,
      Predictive predictive,
      Settings settings,
      double subject) {
    if (due <= madeAt) {
      throw new IllegalArgumentException(
          "a forecast should be due after it is made: made at " + madeAt + ", due at " + due);
    }
    this.kind = kind;
    this.madeAt = madeAt;
    this.due = due;
    this.predictive = predictive;
    this.settings = settings;
    this.subject = subject;
  }

  ForecastKind kind() {
    return kind;
  }

  long madeAt() {
    return madeAt;
  }

  long due() {
    return due;
  }

  Predictive predictive() {
    return predictive;
  }

  Settings settings() {
    return settings;
  }

  double subject() {
    return subject;
  }

  /** Whether what it waits for has come. */
  boolean resolved() {
    return !Double.isNaN(outcome);
  }

  double outcome() {
    return outcome;
  }

  /** What has come; it is scored when due all the same, lest only early outcomes are. */
  void resolve(double outcome) {
    this.outcome = outcome;
  }

  Forecast wire(double level) {
    double median = predictive.quantile(0.5);
    double low = predictive.quantile((1 - level) / 2);
    double high = predictive.quantile((1 + level) / 2);
    Quantity expected =
        predictive instanceof Predictive.Chance chance
            ? Quantity.exact(chance.probability(), "posterior")
            : Quantity.of(median, low, high, method());
    return new Forecast(kind.id(), madeAt, due, expected);
  }

  private String method() {
    if (predictive instanceof Predictive.Lomax) {
      return "lomax";
    }
    return predictive instanceof Predictive.LogNormal ? "lognormal" : "normal";
  }

  void writeTo(DataOutput out) throws IOException {
    out.writeByte(kind.ordinal());
    out.writeLong(madeAt);
    out.writeLong(due);
    predictive.writeTo(out);
    settings.writeTo(out);
    out.writeDouble(subject);
    out.writeDouble(outcome);
  }

  static Entry readFrom(DataInput in) throws IOException {
    int kind = in.readByte();
    if (kind < 0 || kind >= ForecastKind.values().length) {
      throw new IOException("state claims a forecast of kind " + kind);
    }
    Entry entry =
        new Entry(
            ForecastKind.values()[kind],
            in.readLong(),
            in.readLong(),
            Predictive.readFrom(in),
            Settings.readFrom(in),
            in.readDouble());
    entry.outcome = in.readDouble();
    return entry;
  }
}
