package io.thermograd.detect.series;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Takes spikes out of a series before averages see it: a value further than {@value #WIDTH} scales
 * from the level is replaced by the end of that range, so that a spike cannot mask its successor.
 *
 * <p>The level follows by an eighth of each clipped innovation, the scale is the mean size of the
 * last 32 or so clipped innovations: neither can be moved far by one value. Values that stay on the
 * same side for {@value #PERSISTENT} steps are no spike but a new level, and are taken as they are.
 *
 * <p>Of a normal series nothing is clipped but 1 value in 10⁶ (the scale is 0.8 standard deviations
 * of the innovation). O(1), no allocation. One owner thread.
 */
public final class SpikeFilter {
  private static final double WIDTH = 7;
  private static final int PERSISTENT = 8;
  private static final int NEEDED = 8;
  private static final double LEVEL_GAIN = 0.125;
  private static final double SCALE_GAIN = 1.0 / 32;
  private static final double RESOLUTION = 1e-6;

  private long count;
  private double level;
  private double scale;
  private int beyond;

  /** The value, or the end of the range it lies beyond; it must be finite. */
  public double accept(double x) {
    count++;
    if (count == 1) {
      level = x;
      return x;
    }
    double innovation = x - level;
    double range = WIDTH * scale + RESOLUTION * Math.abs(level);
    double kept = innovation;
    if (count > NEEDED && Math.abs(innovation) > range) {
      beyond = innovation > 0 ? Math.max(0, beyond) + 1 : Math.min(0, beyond) - 1;
      if (Math.abs(beyond) < PERSISTENT) {
        kept = Math.copySign(range, innovation);
      }
    } else {
      beyond = 0;
    }
    scale += Math.max(SCALE_GAIN, 1.0 / count) * (Math.abs(kept) - scale);
    level += Math.max(LEVEL_GAIN, 1.0 / count) * kept;
    return x - innovation + kept;
  }

  /** Whether the last value was replaced. */
  public boolean clipped() {
    return beyond != 0 && Math.abs(beyond) < PERSISTENT;
  }

  public void writeTo(DataOutput out) throws IOException {
    out.writeLong(count);
    out.writeDouble(level);
    out.writeDouble(scale);
    out.writeInt(beyond);
  }

  public void readFrom(DataInput in) throws IOException {
    count = in.readLong();
    level = in.readDouble();
    scale = in.readDouble();
    beyond = in.readInt();
  }
}
