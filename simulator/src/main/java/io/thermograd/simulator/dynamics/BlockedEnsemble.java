package io.thermograd.simulator.dynamics;

import io.thermograd.simulator.random.Ziggurat;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Replicas in blocks so small that all of a block's arrays stay in the first-level cache while it
 * takes many steps. Each block has its own random stream, so neither the grouping of steps into
 * calls nor the order of the blocks changes a bit of the result.
 */
abstract class BlockedEnsemble implements Ensemble {
  private static final int BLOCK_VALUES = 512;
  private static final double[] NONE = {};

  private final int dim;
  private final int replicas;
  private final double[] positions;
  private final double[] velocities;
  private final List<Block> blocks = new ArrayList<>();
  private final List<Integer> firsts = new ArrayList<>();
  private long steps;

  /** A few replicas with everything that advances them. */
  interface Block {
    /** Positions, coordinate by coordinate; read and written between calls of advance. */
    double[] positions();

    /** Velocities likewise, empty where the process has none. */
    default double[] velocities() {
      return NONE;
    }

    /** Takes {@code count} steps, the first of which has the 0-based number {@code firstStep}. */
    void advance(long firstStep, long count);
  }

  /** Makes a block of the given number of replicas. */
  interface BlockFactory {
    Block create(int replicas, Ziggurat random);
  }

  BlockedEnsemble(double[] start, int replicas, long seed, BlockFactory factory) {
    if (replicas <= 0) {
      throw new IllegalArgumentException("replicas should be positive: was " + replicas);
    }
    this.dim = start.length;
    this.replicas = replicas;
    this.positions = new double[Math.multiplyExact(dim, replicas)];
    for (int i = 0; i < dim; i++) {
      Arrays.fill(positions, i * replicas, (i + 1) * replicas, start[i]);
    }
    int size = Math.max(16, BLOCK_VALUES / dim / 8 * 8);
    for (int first = 0; first < replicas; first += size) {
      firsts.add(first);
      blocks.add(
          factory.create(Math.min(size, replicas - first), Ziggurat.stream(seed, blocks.size())));
    }
    this.velocities = blocks.get(0).velocities().length == 0 ? NONE : new double[positions.length];
    for (int b = 0; b < blocks.size(); b++) {
      store(blocks.get(b).velocities(), velocities, firsts.get(b));
    }
  }

  @Override
  public final int dim() {
    return dim;
  }

  @Override
  public final int replicas() {
    return replicas;
  }

  @Override
  public final long steps() {
    return steps;
  }

  @Override
  public final double[] positions() {
    return positions;
  }

  @Override
  public final void step() {
    step(1);
  }

  @Override
  public final void step(long count) {
    for (int b = 0; b < blocks.size(); b++) {
      Block block = blocks.get(b);
      load(positions, firsts.get(b), block.positions());
      load(velocities, firsts.get(b), block.velocities());
      block.advance(steps, count);
      store(block.positions(), positions, firsts.get(b));
      store(block.velocities(), velocities, firsts.get(b));
    }
    steps += count;
  }

  /** Laid out like the positions; empty where the process has none. */
  final double[] allVelocities() {
    return velocities;
  }

  private void load(double[] all, int first, double[] part) {
    int n = part.length / dim;
    for (int i = 0; i < dim && n > 0; i++) {
      System.arraycopy(all, i * replicas + first, part, i * n, n);
    }
  }

  private void store(double[] part, double[] all, int first) {
    int n = part.length / dim;
    for (int i = 0; i < dim && n > 0; i++) {
      System.arraycopy(part, i * n, all, i * replicas + first, n);
    }
  }

  /** The blocks, for sums over them. */
  final List<Block> blocks() {
    return blocks;
  }
}
