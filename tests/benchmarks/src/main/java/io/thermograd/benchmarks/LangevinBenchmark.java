package io.thermograd.benchmarks;

import io.thermograd.simulator.dynamics.LangevinEnsemble;
import io.thermograd.simulator.landscape.Landscape;
import io.thermograd.simulator.landscape.Landscapes;
import io.thermograd.simulator.random.SplitMix64;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Steps of two-dimensional Langevin dynamics on one core, a step of one replica counted as one: the
 * ensemble against the loop that one would write first, with three sources of normals.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(3)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class LangevinBenchmark {
  private static final int REPLICAS = 10_000;
  private static final int STEPS = 100;
  private static final double TEMPERATURE = 0.2;
  private static final double TIME_STEP = 0.001;

  @Param({"double-well-2d", "himmelblau"})
  String landscape = "double-well-2d";

  private Landscape f = Landscapes.named("double-well-2d").landscape();
  private LangevinEnsemble ensemble =
      LangevinEnsemble.at(f, TEMPERATURE, TIME_STEP, new double[] {1, 0}, REPLICAS, 1);
  private double[][] points = new double[REPLICAS][2];
  private SplitMix64 polar = new SplitMix64(1);
  private Random random = new Random(1);
  private RandomGenerator generator = new SplittableRandom(1);

  /** Everyone at one place. */
  @Setup
  public void place() {
    f = Landscapes.named(landscape).landscape();
    ensemble = LangevinEnsemble.at(f, TEMPERATURE, TIME_STEP, new double[] {1, 0}, REPLICAS, 1);
    points = new double[REPLICAS][];
    for (int r = 0; r < REPLICAS; r++) {
      points[r] = new double[] {1, 0};
    }
    polar = new SplitMix64(1);
    random = new Random(1);
    generator = new SplittableRandom(1);
  }

  /** The product's. */
  @Benchmark
  @OperationsPerInvocation(REPLICAS * STEPS)
  public double[] ensemble() {
    ensemble.step(STEPS);
    return ensemble.positions();
  }

  /** A point at a time, splitmix64 with the polar method. */
  @Benchmark
  @OperationsPerInvocation(REPLICAS * STEPS)
  public double[][] loopPolar() {
    double[] gradient = new double[2];
    double amplitude = Math.sqrt(2 * TEMPERATURE * TIME_STEP);
    for (double[] x : points) {
      for (int s = 0; s < STEPS; s++) {
        f.gradient(x, gradient);
        x[0] += amplitude * polar.nextGaussian() - TIME_STEP * gradient[0];
        x[1] += amplitude * polar.nextGaussian() - TIME_STEP * gradient[1];
      }
    }
    return points;
  }

  /** A point at a time, java.util.Random. */
  @Benchmark
  @OperationsPerInvocation(REPLICAS * STEPS)
  public double[][] loopJavaRandom() {
    return loop(random);
  }

  /** A point at a time, the JDK's own ziggurat over SplittableRandom. */
  @Benchmark
  @OperationsPerInvocation(REPLICAS * STEPS)
  public double[][] loopJdkZiggurat() {
    return loop(generator);
  }

  private double[][] loop(RandomGenerator normals) {
    double[] gradient = new double[2];
    double amplitude = Math.sqrt(2 * TEMPERATURE * TIME_STEP);
    for (double[] x : points) {
      for (int s = 0; s < STEPS; s++) {
        f.gradient(x, gradient);
        x[0] += amplitude * normals.nextGaussian() - TIME_STEP * gradient[0];
        x[1] += amplitude * normals.nextGaussian() - TIME_STEP * gradient[1];
      }
    }
    return points;
  }
}
