package io.thermograd.estimate;

import io.thermograd.estimate.numeric.HalfLife;
import io.thermograd.estimate.step.QuantityList;
import io.thermograd.wire.QuantityName;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/** Optimizer steps per second by the trainer's clock: steps over seconds, both forgetting. O(1). */
final class Pace {
  private static final double HALF_LIFE = 50;
  private static final int NEEDED = 5;

  private final double decay = HalfLife.decay(HALF_LIFE);
  private long count;
  private long lastStep;
  private double lastTime;
  private double steps;
  private double seconds;

  void accept(long step, double time) {
    double passed = time - lastTime;
    // A clock that was set back says nothing about the pace; a gap in steps does.
    if (count > 0 && passed >= 0 && Double.isFinite(passed)) {
      steps = decay * steps + (step - lastStep);
      seconds = decay * seconds + passed;
    }
    lastStep = step;
    lastTime = time;
    count++;
  }

  void describe(QuantityList out) {
    if (count < NEEDED || !(seconds > 0)) {
      out.absent(QuantityName.STEPS_PER_SECOND, "warming up, or every step has the same time");
    } else {
      out.putExact(QuantityName.STEPS_PER_SECOND, steps / seconds, "event_time");
    }
  }

  void writeTo(DataOutput out) throws IOException {
    out.writeLong(count);
    out.writeLong(lastStep);
    out.writeDouble(lastTime);
    out.writeDouble(steps);
    out.writeDouble(seconds);
  }

  void readFrom(DataInput in) throws IOException {
    count = in.readLong();
    lastStep = in.readLong();
    lastTime = in.readDouble();
    steps = in.readDouble();
    seconds = in.readDouble();
  }
}
