package io.thermograd.detect.forecast;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Whether the run will leave its basin within the rest of its budget, and whether it should.
 *
 * <p>It is trapped if the basin is the only one known or the basins' model passes its check, the
 * loss is flat, a basin is known in which the loss was significantly lower at no lower η/B, and the
 * probability to leave is at most 20 % with 95 % confidence, and is expected to be at most 4 %.
 * That lasts until the basin or the settings change, or the bound rises above 20 %. Both hold
 * whenever one looks: the confidence is that of all looks together, and an expectation over what is
 * known is expected to stay where it is.
 *
 * <p>Without an escape from this basin at this temperature or at three others, the bound is that of
 * no event in t, 1 − e^{−5.6R/t}: it falls to 20 % only when R ≤ 0.04t. No statistic of the stay
 * could say so much earlier: a stay of t is 0.9 times as likely when the escape takes 4.5 times R
 * as when it takes for ever, for t = R/2.
 *
 * @param basin the present one; 0 while none is known
 * @param step at which this was found
 * @param remaining steps of the budget; −1 when the run did not say it
 * @param probability to leave within them, posterior mean; NaN while unknown
 * @param atMost what it does not exceed with 95 % at any look; NaN while unknown
 * @param escapeSteps median of the steps until it leaves; NaN while unknown
 * @param better the basin with the lowest loss, where that is significantly lower; else 0
 * @param lossAbove by how much the loss is above that basin's; NaN without one
 * @param learningRate at which an escape takes {@code remaining} steps on average; NaN while
 *     unknown
 * @param trapped whether to tell
 */
public record EscapeOutlook(
    int basin,
    long step,
    long remaining,
    double probability,
    double atMost,
    double escapeSteps,
    int better,
    double lossAbove,
    double learningRate,
    boolean trapped) {

  /** While no basin is known. */
  public static final EscapeOutlook NONE =
      new EscapeOutlook(
          0, 0, -1, Double.NaN, Double.NaN, Double.NaN, 0, Double.NaN, Double.NaN, false);

  void writeTo(DataOutput out) throws IOException {
    out.writeInt(basin);
    out.writeLong(step);
    out.writeLong(remaining);
    out.writeDouble(probability);
    out.writeDouble(atMost);
    out.writeDouble(escapeSteps);
    out.writeInt(better);
    out.writeDouble(lossAbove);
    out.writeDouble(learningRate);
    out.writeBoolean(trapped);
  }

  static EscapeOutlook readFrom(DataInput in) throws IOException {
    return new EscapeOutlook(
        in.readInt(),
        in.readLong(),
        in.readLong(),
        in.readDouble(),
        in.readDouble(),
        in.readDouble(),
        in.readInt(),
        in.readDouble(),
        in.readDouble(),
        in.readBoolean());
  }
}
