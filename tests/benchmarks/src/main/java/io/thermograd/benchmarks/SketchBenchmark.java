package io.thermograd.benchmarks;

import io.thermograd.agent.Sketcher;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Time of one pass over a vector: reading it (the bandwidth), the sketch, and CountSketch, which
 * hashes every index. {@link SketchTable} prints them as GB/s and as shares of the bandwidth.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(
    value = 3,
    jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "-Xms1g", "-Xmx1g"})
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class SketchBenchmark {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final long SEED = 1;

  @Param({"10000000", "100000000"})
  int parameters;

  @Param({"1024"})
  int dim;

  private float[] x = new float[0];
  private float[] out = new float[0];
  private Sketcher sketcher = Sketcher.of(1, 256, SEED);

  /** One vector of uniform elements. */
  @Setup
  public void fill() {
    SplittableRandom random = new SplittableRandom(7);
    x = new float[parameters];
    for (int i = 0; i < parameters; i++) {
      x[i] = (float) random.nextDouble() - 0.5f;
    }
    out = new float[dim];
    sketcher = Sketcher.of(parameters, dim, SEED);
  }

  /** Read bandwidth: the sum, in four accumulators so that the adder's latency is hidden. */
  @Benchmark
  public float read() {
    FloatVector a = FloatVector.zero(SPECIES);
    FloatVector b = a;
    FloatVector c = a;
    FloatVector d = a;
    int lanes = SPECIES.length();
    int i = 0;
    for (; i <= x.length - 4 * lanes; i += 4 * lanes) {
      a = a.add(FloatVector.fromArray(SPECIES, x, i));
      b = b.add(FloatVector.fromArray(SPECIES, x, i + lanes));
      c = c.add(FloatVector.fromArray(SPECIES, x, i + 2 * lanes));
      d = d.add(FloatVector.fromArray(SPECIES, x, i + 3 * lanes));
    }
    return a.add(b).add(c.add(d)).reduceLanes(VectorOperators.ADD);
  }

  /** The product's sketch. */
  @Benchmark
  public float[] sketch() {
    sketcher.sketch(x, out);
    return out;
  }

  /** A hash for every index: place and sign from one SplitMix64 word. */
  @Benchmark
  public float[] countSketch() {
    Arrays.fill(out, 0);
    for (int i = 0; i < x.length; i++) {
      long z = (i + SEED) * 0x9e3779b97f4a7c15L;
      z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
      z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
      z ^= z >>> 31;
      int sign = (int) (z >>> 32) & Integer.MIN_VALUE;
      out[(int) z & (out.length - 1)] += Float.intBitsToFloat(Float.floatToRawIntBits(x[i]) ^ sign);
    }
    return out;
  }
}
