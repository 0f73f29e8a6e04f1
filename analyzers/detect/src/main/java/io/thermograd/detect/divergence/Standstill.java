package io.thermograd.detect.divergence;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Whether a rise that no longer grows is on its way back. A catapult comes down by so much a step,
 * of the logarithm, be it slowly; what has broken down stands still. {@value #FIRST}, twice, four
 * times … as many steps after it was half as high again for the last time, a line through log(loss
 * − floor) over the second half of them tells the fastest fall that they allow: the slope less
 * {@value #ERRORS} of its standard errors. O(1). One owner thread.
 */
final class Standstill {
  private static final int FIRST = 64;
  private static final double ERRORS = 2;

  private long age;
  private long look;
  private long n;
  private double sum;
  private double moment;
  private double squares;
  private double level;
  private double fastest;
  private boolean looked;
  private boolean falls;

  Standstill() {
    begin();
  }

  /** It has grown. */
  void begin() {
    age = 0;
    look = FIRST;
    looked = false;
    falls = false;
    clear();
  }

  private void clear() {
    n = 0;
    sum = 0;
    moment = 0;
    squares = 0;
  }

  /** One more step without growth, of this log(loss − floor). */
  void add(double log) {
    age++;
    looked = age == look;
    if (2 * age > look) {
      sum += log;
      moment += n * log;
      squares += log * log;
      n++;
    }
    if (looked) {
      double mean = sum / n;
      double sxx = n * ((double) n * n - 1) / 12;
      double sxy = moment - sum * (n - 1) / 2;
      GrowthFit fit = GrowthFit.of(n, sxx, sxy, squares - sum * mean);
      level = mean;
      falls = fit.rate() < -ERRORS * fit.error();
      fastest = Math.max(0, ERRORS * fit.error() - fit.rate());
      look *= 2;
      clear();
    }
  }

  /** Whether the last step was one to judge by. */
  boolean looked() {
    return looked;
  }

  /** Whether it fell for sure at the last look, if there was one. */
  boolean falls() {
    return falls;
  }

  /** Steps from the mean of the last look to that logarithm at the fastest; infinite for never. */
  double soonest(double log) {
    return level <= log ? 0 : (level - log) / fastest;
  }

  void writeTo(DataOutput out) throws IOException {
    out.writeLong(age);
    out.writeLong(look);
    out.writeLong(n);
    out.writeDouble(sum);
    out.writeDouble(moment);
    out.writeDouble(squares);
    out.writeDouble(level);
    out.writeDouble(fastest);
    out.writeBoolean(looked);
    out.writeBoolean(falls);
  }

  void readFrom(DataInput in) throws IOException {
    age = in.readLong();
    look = in.readLong();
    n = in.readLong();
    sum = in.readDouble();
    moment = in.readDouble();
    squares = in.readDouble();
    level = in.readDouble();
    fastest = in.readDouble();
    looked = in.readBoolean();
    falls = in.readBoolean();
  }
}
