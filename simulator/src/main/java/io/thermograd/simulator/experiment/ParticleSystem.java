package io.thermograd.simulator.experiment;

import io.thermograd.simulator.dynamics.Ensemble;
import io.thermograd.simulator.dynamics.LangevinEnsemble;
import io.thermograd.simulator.landscape.Landscape;
import io.thermograd.simulator.landscape.Polynomial;
import io.thermograd.simulator.landscape.Quadratic;
import io.thermograd.simulator.random.SplitMix64;
import io.thermograd.theory.FokkerPlanck1d;
import io.thermograd.theory.FokkerPlanck2d;
import io.thermograd.theory.Grid2d;
import io.thermograd.theory.GridAxis;
import io.thermograd.theory.JumpProcess;
import io.thermograd.theory.Occupation1d;
import java.util.Arrays;

/**
 * Langevin particles, and the Fokker–Planck process on a grid that should be their law. Blocks of
 * grid cells are what both are counted in.
 */
final class ParticleSystem {
  private static final double START_WIDTH = 0.25;

  private final String label;
  private final GridAxis[] axes;
  private final int[] perBlock;
  private final double[] start;
  private final double[] times;
  private final double timeStep;
  private final JumpProcess process;
  private final Particles particles;

  /** Makes the ensemble. */
  private interface Particles {
    Ensemble of(int count, long seed);
  }

  private ParticleSystem(
      String label,
      GridAxis[] axes,
      int[] perBlock,
      double[] start,
      double[] times,
      double timeStep,
      JumpProcess process,
      Particles particles) {
    this.label = label;
    this.axes = axes;
    this.perBlock = perBlock;
    this.start = start;
    this.times = times;
    this.timeStep = timeStep;
    this.process = process;
    this.particles = particles;
  }

  /** ½(x² − 1)² + 0.1x at T = 0.6, from the shallower well. */
  static ParticleSystem tiltedDoubleWell(double timeStep) {
    Landscape landscape = new Polynomial("tilted-double-well", 0.5, 0.1, -1, 0, 0.5);
    double temperature = 0.6;
    GridAxis axis = new GridAxis(-2.6, 2.6, 260);
    double[] start = {1};
    return new ParticleSystem(
        "tilted double well",
        new GridAxis[] {axis},
        new int[] {4},
        start,
        new double[] {0.1, 0.4, 1, 2, 4, 8, 16},
        timeStep,
        FokkerPlanck1d.additive(axis, x -> landscape.value(new double[] {x}), temperature),
        (count, seed) -> LangevinEnsemble.at(landscape, temperature, timeStep, start, count, seed));
  }

  /** L = 0.3 + ½x² with noise in proportion to it, D = 0.4·L: heavy tails, L^−3.5. */
  static ParticleSystem noisePerLoss(double timeStep) {
    double floor = 0.3;
    double perLoss = 0.4;
    Landscape landscape = Quadratic.diagonal(1);
    GridAxis axis = new GridAxis(-14, 14, 560);
    double[] start = {1.5};
    return new ParticleSystem(
        "noise in proportion to the loss",
        new GridAxis[] {axis},
        new int[] {2},
        start,
        new double[] {0.1, 0.4, 1, 2, 4, 8},
        timeStep,
        FokkerPlanck1d.ito(axis, x -> x, x -> perLoss * (floor + 0.5 * x * x)),
        (count, seed) ->
            LangevinEnsemble.ito(
                landscape,
                (x, replicas, d) -> {
                  for (int r = 0; r < replicas; r++) {
                    d[r] = perLoss * (floor + 0.5 * x[r] * x[r]);
                  }
                },
                timeStep,
                start,
                count,
                seed));
  }

  /** ½(x² − 1)² + y² − 0.6xy at T = 0.6: not a sum of functions of one coordinate. */
  static ParticleSystem leaningDoubleWell(double timeStep) {
    Leaning landscape = new Leaning(0.6);
    double temperature = 0.6;
    GridAxis x = new GridAxis(-2.6, 2.6, 104);
    GridAxis y = new GridAxis(-3.3, 3.3, 96);
    double[] start = {-1, 0.8};
    return new ParticleSystem(
        "leaning double well",
        new GridAxis[] {x, y},
        new int[] {4, 4},
        start,
        new double[] {0.1, 0.4, 1, 3, 12},
        timeStep,
        FokkerPlanck2d.additive(
            new Grid2d(x, y), (u, v) -> landscape.value(new double[] {u, v}), temperature),
        (count, seed) -> LangevinEnsemble.at(landscape, temperature, timeStep, start, count, seed));
  }

  String label() {
    return label;
  }

  double[] times() {
    return times;
  }

  double timeStep() {
    return timeStep;
  }

  JumpProcess process() {
    return process;
  }

  Ensemble ensemble(int count, long seed) {
    return particles.of(count, seed);
  }

  /** A normal law around the start, cell by cell. */
  double[] startLaw() {
    double[] law = {1};
    for (int a = 0; a < axes.length; a++) {
      double centre = start[a];
      double[] along =
          Occupation1d.gibbs(
                  x -> (x - centre) * (x - centre),
                  2 * START_WIDTH * START_WIDTH,
                  axes[a].low(),
                  axes[a].high())
              .cells(axes[a]);
      double[] product = new double[law.length * along.length];
      for (int i = 0; i < product.length; i++) {
        product[i] = law[i / along.length] * along[i % along.length];
      }
      law = product;
    }
    double sum = Arrays.stream(law).sum();
    return Arrays.stream(law).map(p -> p / sum).toArray();
  }

  /** The same law, drawn. */
  void drawStart(SplitMix64 random, double[] x) {
    int count = x.length / axes.length;
    for (int i = 0; i < x.length; i++) {
      x[i] = start[i / count] + START_WIDTH * random.nextGaussian();
    }
  }

  int blockCount() {
    int count = 1;
    for (int a = 0; a < axes.length; a++) {
      count *= axes[a].cells() / perBlock[a];
    }
    return count;
  }

  /** Block of replica r. */
  int block(double[] x, int r) {
    int count = x.length / axes.length;
    int block = 0;
    for (int a = 0; a < axes.length; a++) {
      int cell = axes[a].cell(x[a * count + r]);
      block = block * (axes[a].cells() / perBlock[a]) + cell / perBlock[a];
    }
    return block;
  }

  /** Probabilities of the blocks. */
  double[] blocks(double[] law) {
    double[] blocks = new double[blockCount()];
    int across = axes.length == 1 ? 1 : axes[1].cells();
    for (int cell = 0; cell < law.length; cell++) {
      int block = cell / across / perBlock[0];
      if (axes.length == 2) {
        block = block * (across / perBlock[1]) + cell % across / perBlock[1];
      }
      blocks[block] += law[cell];
    }
    return blocks;
  }

  /** Parts of space between which moves are counted: six along a line, nine in a plane. */
  int states() {
    return axes.length == 1 ? 6 : 9;
  }

  /** Time over which moves are counted. */
  double lag() {
    return 0.4;
  }

  /** The part of every replica. */
  int[] statesOf(double[] x) {
    int count = x.length / axes.length;
    int[] states = new int[count];
    for (int r = 0; r < count; r++) {
      states[r] = axes.length == 1 ? part(x[r], 6) : 3 * part(x[r], 3) + part(x[count + r], 3);
    }
    return states;
  }

  /** Cuts [−1.5, 1.5] into equal parts; what lies beyond belongs to the last ones. */
  private static int part(double x, int parts) {
    return (int) Math.max(0, Math.min(parts - 1, Math.floor((x + 1.5) / 3 * parts)));
  }

  /**
   * ½(x² − 1)² + y² − c·xy.
   *
   * @param lean c
   */
  private record Leaning(double lean) implements Landscape {
    @Override
    public String name() {
      return "leaning-double-well";
    }

    @Override
    public int dim() {
      return 2;
    }

    @Override
    public double value(double[] x) {
      double u = x[0] * x[0] - 1;
      return 0.5 * u * u + x[1] * x[1] - lean * x[0] * x[1];
    }

    @Override
    public void gradient(double[] x, double[] gradient) {
      gradient[0] = 2 * x[0] * (x[0] * x[0] - 1) - lean * x[1];
      gradient[1] = 2 * x[1] - lean * x[0];
    }

    @Override
    public void hessian(double[] x, double[][] hessian) {
      hessian[0][0] = 6 * x[0] * x[0] - 2;
      hessian[0][1] = -lean;
      hessian[1][0] = -lean;
      hessian[1][1] = 2;
    }

    @Override
    public void gradients(double[] x, int replicas, double[] gradients) {
      for (int r = 0; r < replicas; r++) {
        double u = x[r];
        double v = x[replicas + r];
        gradients[r] = 2 * u * (u * u - 1) - lean * v;
        gradients[replicas + r] = 2 * v - lean * u;
      }
    }
  }
}
