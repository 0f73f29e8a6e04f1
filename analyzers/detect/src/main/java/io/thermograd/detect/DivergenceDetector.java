package io.thermograd.detect;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Tells a loss that has left its level for good from one that spikes and returns.
 *
 * <p>Reference: exponentially weighted mean and standard deviation (half-life 100 steps) of the
 * loss, each sample clipped at 4 standard deviations above, so that a spike does not hide its
 * successor. Diverging once the short mean (half-life 8) has been above the reference by max(6 sd,
 * half the reference) for 10 steps on end; the reference stands still meanwhile. Over again once
 * the short mean is within half that distance. Needs 30 steps. Growth slower than about 0.3 % a
 * step moves the reference along and is not seen.
 *
 * <p>Non-finite losses are not its business: they are passed over. O(1).
 */
final class DivergenceDetector {
  private static final double REFERENCE_DECAY = Math.exp(-Math.log(2) / 100);
  private static final double SHORT_DECAY = Math.exp(-Math.log(2) / 8);
  private static final int NEEDED = 30;
  private static final int LASTING = 10;
  private static final double CLIP_SDS = 4;
  private static final double THRESHOLD_SDS = 6;
  private static final double THRESHOLD_SHARE = 0.5;
  // A single absurd loss must not hold the short mean up for longer than a spike lasts.
  private static final double SHORT_CLIP = 20;

  private long count;
  private double referenceWeight;
  private double referenceMean;
  private double referenceVariance;
  private double shortWeight;
  private double shortMean;
  private int above;
  private boolean diverging;
  private long since;

  void accept(long step, double loss) {
    if (!Double.isFinite(loss)) {
      return;
    }
    count++;
    double threshold = threshold();
    double clipped = count > NEEDED ? Math.min(loss, referenceMean + SHORT_CLIP * threshold) : loss;
    shortWeight = SHORT_DECAY * shortWeight + 1;
    shortMean += (clipped - shortMean) / shortWeight;
    double excess = shortMean - referenceMean;
    if (count > NEEDED && excess > threshold) {
      if (above == 0 && !diverging) {
        since = step;
      }
      above++;
      diverging |= above >= LASTING;
      return;
    }
    above = 0;
    if (diverging && excess > threshold / 2) {
      return;
    }
    diverging = false;
    updateReference(loss);
  }

  private double threshold() {
    return Math.max(
        THRESHOLD_SDS * Math.sqrt(referenceVariance), THRESHOLD_SHARE * Math.abs(referenceMean));
  }

  private void updateReference(double loss) {
    double sample =
        count > NEEDED
            ? Math.min(loss, referenceMean + CLIP_SDS * Math.sqrt(referenceVariance))
            : loss;
    referenceWeight = REFERENCE_DECAY * referenceWeight + 1;
    double difference = sample - referenceMean;
    double share = 1 / referenceWeight;
    referenceMean += share * difference;
    referenceVariance = (1 - share) * (referenceVariance + share * difference * difference);
  }

  boolean diverging() {
    return diverging;
  }

  /** The first step of the rise that was judged a divergence. */
  long since() {
    return since;
  }

  /** The level the loss has left. */
  double reference() {
    return referenceMean;
  }

  /** The loss's short mean. */
  double level() {
    return shortMean;
  }

  void writeTo(DataOutput out) throws IOException {
    out.writeLong(count);
    out.writeDouble(referenceWeight);
    out.writeDouble(referenceMean);
    out.writeDouble(referenceVariance);
    out.writeDouble(shortWeight);
    out.writeDouble(shortMean);
    out.writeInt(above);
    out.writeBoolean(diverging);
    out.writeLong(since);
  }

  void readFrom(DataInput in) throws IOException {
    count = in.readLong();
    referenceWeight = in.readDouble();
    referenceMean = in.readDouble();
    referenceVariance = in.readDouble();
    shortWeight = in.readDouble();
    shortMean = in.readDouble();
    above = in.readInt();
    diverging = in.readBoolean();
    since = in.readLong();
  }
}
