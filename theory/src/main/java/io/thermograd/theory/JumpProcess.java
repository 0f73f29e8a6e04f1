package io.thermograd.theory;

import java.util.Arrays;
import java.util.function.UnaryOperator;

/**
 * A continuous-time Markov process on the cells of a grid: what a Fokker–Planck equation becomes
 * when space is cut into cells. Made by {@link FokkerPlanck1d} and {@link FokkerPlanck2d}.
 *
 * <p>A distribution is an array of cell probabilities, 1 in sum. Every edge moves probability
 * between two neighbours, from·rate forward and to·rate backward; what leaves one cell enters the
 * other, so mass is kept to rounding, and no operation here subtracts from a probability more than
 * it holds, so none turns negative.
 *
 * <p>Immutable and thread-safe.
 */
public final class JumpProcess {
  /** Jumps expected in one chunk of {@link #evolve}; e^−256 is far from underflow. */
  private static final double CHUNK = 256;

  private final int cells;
  private final int[] from;
  private final int[] to;
  private final double[] forward;
  private final double[] backward;
  private final double[] stationary;
  private final boolean reversible;

  /**
   * @param logStationary log of the law in detailed balance with the rates, up to a constant; empty
   *     where there is none, and the stationary law is then solved for
   */
  JumpProcess(
      int cells,
      int[] from,
      int[] to,
      double[] forward,
      double[] backward,
      double[] logStationary) {
    this.cells = cells;
    this.from = from;
    this.to = to;
    this.forward = forward;
    this.backward = backward;
    for (int e = 0; e < from.length; e++) {
      // Also refuses what overflowed on the way from a steep or infinite loss.
      Checks.nonNegative("rate", forward[e]);
      Checks.nonNegative("rate", backward[e]);
    }
    reversible = logStationary.length > 0;
    stationary =
        reversible
            ? LogDomain.normalize("log density", logStationary)
            : new CensoredChain(this, new double[cells]).stationary();
  }

  /** Number of cells. */
  public int cells() {
    return cells;
  }

  /** Whether the process is in detailed balance with its stationary law. */
  public boolean reversible() {
    return reversible;
  }

  /** The stationary law; exact in every cell, not only in the limit of a fine grid. */
  public double[] stationary() {
    return stationary.clone();
  }

  /**
   * Net flow of probability through every edge, per unit of time, in the order of the edges: along
   * x, and in the plane then along y. 0 everywhere exactly when p is in detailed balance.
   */
  public double[] current(double[] p) {
    Checks.length("p", p, cells);
    double[] current = new double[from.length];
    for (int e = 0; e < from.length; e++) {
      current[e] = forward[e] * p[from[e]] - backward[e] * p[to[e]];
    }
    return current;
  }

  /**
   * The law after some time, exact in time: uniformisation, p(t) = Σ_k Poisson(k; Λt)(I + A/Λ)^k
   * p(0) with Λ the fastest rate of leaving a cell. Every term is positive.
   *
   * <p>Cost: about 1.6·Λt passes over the edges, Λ ≈ 2dD/h²; for long times use {@link
   * #implicitEuler}. Error: rounding.
   *
   * @param time ≥ 0
   */
  public double[] evolve(double[] p, double time) {
    Distances.distribution("p", p);
    Checks.length("p", p, cells);
    Checks.nonNegative("time", time);
    double[] out = leaving();
    double fastest = Arrays.stream(out).max().orElse(0);
    double jumps = Checks.nonNegative("expected number of jumps", fastest * time);
    if (jumps > 1e9) {
      throw new IllegalArgumentException(
          "time should be at most %s on this grid: was %s".formatted(1e9 / fastest, time));
    }
    int chunks = (int) Math.max(1, Math.ceil(jumps / CHUNK));
    double[] now = p.clone();
    for (int c = 0; c < chunks && jumps > 0; c++) {
      now = chunk(now, out, fastest, jumps / chunks);
    }
    return now;
  }

  private double[] chunk(double[] p, double[] out, double fastest, double mean) {
    double[] term = p;
    double weight = StrictMath.exp(-mean);
    double total = weight;
    double[] sum = new double[cells];
    for (int i = 0; i < cells; i++) {
      sum[i] = weight * term[i];
    }
    for (int k = 1; k < mean || weight > 1e-18 * total; k++) {
      double[] next = new double[cells];
      for (int i = 0; i < cells; i++) {
        next[i] = term[i] * (1 - out[i] / fastest);
      }
      for (int e = 0; e < from.length; e++) {
        next[to[e]] += term[from[e]] * (forward[e] / fastest);
        next[from[e]] += term[to[e]] * (backward[e] / fastest);
      }
      term = next;
      weight *= mean / k;
      total += weight;
      for (int i = 0; i < cells; i++) {
        sum[i] += weight * term[i];
      }
    }
    for (int i = 0; i < cells; i++) {
      sum[i] /= total;
    }
    return sum;
  }

  /**
   * One step of backward Euler, (I − Δt·A) p′ = p: keeps positivity and mass for any Δt, first
   * order in time, and tends to the stationary law as Δt grows. The factorisation is done here,
   * once: cells·w² operations and 2·cells·w doubles, where w is 1 in one dimension and the number
   * of cells along y in two. A step costs 4·cells·w operations. The operator may be shared between
   * threads.
   *
   * @param timeStep Δt > 0
   */
  public UnaryOperator<double[]> implicitEuler(double timeStep) {
    double rate = 1 / Checks.positive("time step", timeStep);
    double[] excess = new double[cells];
    Arrays.fill(excess, Checks.positive("inverse of the time step", rate));
    CensoredChain chain = new CensoredChain(this, excess);
    return p -> {
      Distances.distribution("p", p);
      Checks.length("p", p, cells);
      double[] next = chain.solveForward(p);
      for (int i = 0; i < cells; i++) {
        next[i] *= rate;
      }
      return next;
    };
  }

  /**
   * Mean time to reach the target from each cell, in units of SGD time: solves −A*τ = 1 outside the
   * target, τ = 0 inside. Elimination without subtractions: relative error about 10⁻¹⁴·cells
   * however rare the event is; infinite where the time, or a factor of it, overflows. The exact
   * counterpart of Kramers' formula.
   *
   * @param target one flag per cell, at least one of them set
   */
  public double[] meanHittingTime(boolean[] target) {
    if (target.length != cells) {
      throw new IllegalArgumentException(
          "target should have %d elements: had %d".formatted(cells, target.length));
    }
    boolean some = false;
    for (boolean inside : target) {
      some |= inside;
    }
    if (!some) {
      throw new IllegalArgumentException("target should contain a cell: was empty");
    }
    double[] time = CensoredChain.absorbing(this, target).solveBackward(ones(target));
    for (int i = 0; i < cells; i++) {
      time[i] = target[i] ? 0 : time[i];
    }
    return time;
  }

  private double[] ones(boolean[] target) {
    double[] ones = new double[cells];
    for (int i = 0; i < cells; i++) {
      ones[i] = target[i] ? 0 : 1;
    }
    return ones;
  }

  /**
   * The slowest relaxation modes, of a reversible process, by shifted inverse iteration: one
   * factorisation as in {@link #implicitEuler} and some tens of solves for each mode. Relative
   * error of the rates as eigenvalues of this process ≤ 10⁻¹¹ above 10⁻¹⁰ of the mean jump rate,
   * and still 10⁻⁵ at 10⁻²⁵ of it; rates below are refused: {@link #meanHittingTime} has no such
   * limit.
   *
   * @param count number of modes besides the stationary one, between 1 and cells − 1
   */
  public RelaxationModes slowModes(int count) {
    if (!reversible) {
      throw new IllegalArgumentException(
          "process should be in detailed balance to have relaxation modes: was not");
    }
    if (count < 1 || count >= cells) {
      throw new IllegalArgumentException(
          "count should be between 1 and %d: was %d".formatted(cells - 1, count));
    }
    return SlowModes.of(this, count);
  }

  /** Rate of leaving each cell. */
  private double[] leaving() {
    double[] out = new double[cells];
    for (int e = 0; e < from.length; e++) {
      out[from[e]] += forward[e];
      out[to[e]] += backward[e];
    }
    return out;
  }

  /**
   * Σ_edges π·rate·(φ_i − φ_j)(χ_i − χ_j), the form whose eigenvalues are the relaxation rates:
   * differences of functions, not of rates, so that slow rates keep their relative accuracy.
   */
  double dirichlet(double[] phi, double[] chi) {
    double sum = 0;
    for (int e = 0; e < from.length; e++) {
      int i = from[e];
      int j = to[e];
      sum += stationary[i] * forward[e] * (phi[i] - phi[j]) * (chi[i] - chi[j]);
    }
    return sum;
  }

  /** Largest distance between the numbers of two neighbours. */
  int bandwidth() {
    int widest = 1;
    for (int e = 0; e < from.length; e++) {
      widest = Math.max(widest, Math.abs(to[e] - from[e]));
    }
    return widest;
  }

  /** Visits every edge. */
  void forEachEdge(EdgeVisitor visitor) {
    for (int e = 0; e < from.length; e++) {
      visitor.visit(from[e], to[e], forward[e], backward[e]);
    }
  }

  /** Takes an edge. */
  interface EdgeVisitor {
    void visit(int from, int to, double forward, double backward);
  }

  double stationary(int cell) {
    return stationary[cell];
  }
}
