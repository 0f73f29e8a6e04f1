package io.thermograd.estimate.fluctuation;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * The latest steps in at most {@value #MOST} blocks of equal length. While the blocks are shorter
 * than they may get, two are made one whenever all are full; then the oldest goes. The scatter of
 * the blocks' means gives errors without a model of how successive steps depend on each other, as
 * long as a block is longer than that lasts.
 *
 * <p>State: {@value #MOST} + 1 moments; nothing is allocated by a step. One owner thread.
 */
final class Blocks {
  static final int MOST = 12;
  private static final int SHORTEST = 16;

  private final int rank;
  private final int longest;
  private final Moments[] blocks = new Moments[MOST];
  private int full;
  private int length = SHORTEST;
  private Moments current;

  /**
   * @param longest steps of a block, rounded up to a power of two
   */
  Blocks(int rank, double longest) {
    this.rank = rank;
    int power = SHORTEST;
    while (power < longest && power < 1 << 24) {
      power *= 2;
    }
    this.longest = power;
    for (int i = 0; i < MOST; i++) {
      blocks[i] = new Moments(rank);
    }
    this.current = new Moments(rank);
  }

  /** Where the next step goes. */
  Moments current() {
    return current;
  }

  /** Ends a step that {@link #current} was given. */
  void advance() {
    if (current.steps() < length) {
      return;
    }
    if (full == MOST) {
      shift();
    }
    Moments free = blocks[full];
    blocks[full] = current;
    current = free;
    current.clear();
    full++;
    if (full == MOST && length < longest) {
      merge();
    }
  }

  private void shift() {
    Moments oldest = blocks[0];
    System.arraycopy(blocks, 1, blocks, 0, MOST - 1);
    blocks[MOST - 1] = oldest;
    full--;
  }

  private void merge() {
    for (int i = 0; i < MOST / 2; i++) {
      blocks[2 * i].add(blocks[2 * i + 1]);
    }
    for (int i = 1; i < MOST / 2; i++) {
      Moments pair = blocks[2 * i];
      blocks[2 * i] = blocks[i];
      blocks[i] = pair;
    }
    full = MOST / 2;
    length *= 2;
  }

  /** Steps of a block. */
  int length() {
    return length;
  }

  /** The length that blocks grow to. */
  int longest() {
    return longest;
  }

  /** Full blocks. */
  int count() {
    return full;
  }

  /** The i-th oldest full block. */
  Moments get(int i) {
    return blocks[i];
  }

  /** Sums over all full blocks. */
  Moments total() {
    Moments sum = new Moments(rank);
    for (int i = 0; i < full; i++) {
      sum.add(blocks[i]);
    }
    return sum;
  }

  void rotate(double[][] r) {
    for (int i = 0; i < full; i++) {
      blocks[i].rotate(r);
    }
    current.rotate(r);
  }

  void clear() {
    full = 0;
    length = SHORTEST;
    current.clear();
  }

  void writeTo(DataOutput out) throws IOException {
    out.writeInt(length);
    out.writeInt(full);
    for (int i = 0; i < full; i++) {
      blocks[i].writeTo(out);
    }
    current.writeTo(out);
  }

  void readFrom(DataInput in) throws IOException {
    length = in.readInt();
    full = in.readInt();
    if (full < 0 || full > MOST) {
      throw new IOException("state claims " + full + " blocks of " + MOST);
    }
    for (int i = 0; i < full; i++) {
      blocks[i].readFrom(in);
    }
    current.readFrom(in);
  }
}
