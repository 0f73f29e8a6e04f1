package io.thermograd.estimate.noise;

import io.thermograd.estimate.numeric.HalfLife;
import io.thermograd.estimate.numeric.StateArrays;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/**
 * Whether the noise has left the subspace that was learnt from it: a fast mean of the share of new
 * contrasts' squares that lies inside falls below the slow mean by a quarter of it and by six
 * standard errors. Shares are between 0 and 1 whatever the tails, so blocks of them are near
 * normal, and six standard errors mean one false alarm in more than 10⁷ blocks. Growth of the noise
 * without rotation is no shift. O(1). One owner thread.
 */
final class SubspaceShift {
  private static final double FAST = HalfLife.decay(8);
  private static final double SLOW = HalfLife.decay(64);
  private static final int NEEDED = 32;
  private static final double FALL = 0.25;
  private static final double ERRORS = 6;

  private static final int BLOCKS = 0;
  private static final int FAST_WEIGHT = 1;
  private static final int FAST_MEAN = 2;
  private static final int SLOW_WEIGHT = 3;
  private static final int SLOW_MEAN = 4;
  private static final int SLOW_VARIANCE = 5;
  private static final int LAST = 6;
  private final double[] state = new double[7];

  /** Adds a block's mean share; true when it tells of a shift, which starts it anew. */
  boolean accept(double share) {
    if (!(share >= 0)) {
      return false;
    }
    state[BLOCKS]++;
    state[FAST_WEIGHT] = FAST * state[FAST_WEIGHT] + 1;
    state[FAST_MEAN] += (share - state[FAST_MEAN]) / state[FAST_WEIGHT];
    state[SLOW_WEIGHT] = SLOW * state[SLOW_WEIGHT] + 1;
    state[SLOW_MEAN] += (share - state[SLOW_MEAN]) / state[SLOW_WEIGHT];
    // From successive differences, which a shift enters but once.
    double difference = state[BLOCKS] == 1 ? 0 : share - state[LAST];
    double square = 0.5 * difference * difference;
    state[SLOW_VARIANCE] += (square - state[SLOW_VARIANCE]) / state[SLOW_WEIGHT];
    state[LAST] = share;
    double fall = state[SLOW_MEAN] - state[FAST_MEAN];
    // (1 + β)/(1 − β) blocks count in the fast mean.
    double error = Math.sqrt(state[SLOW_VARIANCE] * (1 - FAST) / (1 + FAST));
    if (state[BLOCKS] < NEEDED || fall < FALL * state[SLOW_MEAN] || !(fall > ERRORS * error)) {
      return false;
    }
    Arrays.fill(state, 0);
    return true;
  }

  void writeTo(DataOutput out) throws IOException {
    StateArrays.write(out, state);
  }

  void readFrom(DataInput in) throws IOException {
    StateArrays.read(in, state);
  }
}
