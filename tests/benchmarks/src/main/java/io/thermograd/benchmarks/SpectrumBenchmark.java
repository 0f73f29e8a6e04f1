package io.thermograd.benchmarks;

import com.yahoo.sketches.decomposition.FrequentDirections;
import io.thermograd.estimate.noise.NoiseSpectrum;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
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

/** One step of rows into a spectrum of rank 32; {@link SpectrumTable} prints rows a second. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(
    value = 3,
    jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "-Xms1g", "-Xmx1g"})
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
public class SpectrumBenchmark {
  static final int RANK = 32;

  /** So long that all rows weigh the same, as they do for the peers. */
  private static final double NO_FORGETTING = 1e12;

  @Param({"1024", "4096"})
  int k;

  @Param({"4", "8", "64"})
  int rowsPerStep;

  private float[][][] steps = new float[0][][];
  private double[][] wide = new double[0][];
  private NoiseSpectrum spectrum = new NoiseSpectrum(RANK, NO_FORGETTING);
  private FrequentDirections directions = FrequentDirections.newInstance(RANK, 2 * RANK);
  private int next;

  /** Cuts the stream into steps; both have seen all of it once before anything is measured. */
  @Setup
  public void fill() {
    float[][] rows = SpectrumStream.rows(k);
    steps = new float[rows.length / rowsPerStep][][];
    for (int s = 0; s < steps.length; s++) {
      steps[s] = Arrays.copyOfRange(rows, s * rowsPerStep, (s + 1) * rowsPerStep);
    }
    spectrum = ours(steps);
    // Of doubles; a part of the stream, since all of it would not fit beside the other.
    wide = new double[1_024][k];
    directions = FrequentDirections.newInstance(RANK, k);
    for (int i = 0; i < wide.length; i++) {
      for (int c = 0; c < k; c++) {
        wide[i][c] = rows[i][c];
      }
      directions.update(wide[i]);
    }
  }

  static NoiseSpectrum ours(float[][][] steps) {
    NoiseSpectrum spectrum = new NoiseSpectrum(RANK, NO_FORGETTING);
    for (float[][] step : steps) {
      spectrum.accept(step);
    }
    return spectrum;
  }

  /** Top ten of the whole stream, corrected; no sketch made these rows. */
  static double[] ours(float[][] rows, int rowsPerStep) {
    float[][][] steps = new float[rows.length / rowsPerStep][][];
    for (int s = 0; s < steps.length; s++) {
      steps[s] = Arrays.copyOfRange(rows, s * rowsPerStep, (s + 1) * rowsPerStep);
    }
    List<Double> values = ours(steps).snapshot().leading(0).stream().map(e -> e.value()).toList();
    double[] ten = new double[10];
    Arrays.setAll(ten, i -> i < values.size() ? values.get(i) : 0);
    return ten;
  }

  /** The same from the peer: squares of its singular values over the number of rows. */
  static double[] frequentDirections(float[][] rows) {
    int k = rows[0].length;
    FrequentDirections peer = FrequentDirections.newInstance(RANK, k);
    double[] row = new double[k];
    for (float[] x : rows) {
      for (int c = 0; c < k; c++) {
        row[c] = x[c];
      }
      peer.update(row);
    }
    double[] singular = peer.getSingularValues(true);
    double[] values = new double[10];
    Arrays.setAll(values, i -> singular[i] * singular[i] / rows.length);
    return values;
  }

  /** The product's. */
  @Benchmark
  public boolean thermograd() {
    next = next + 1 < steps.length ? next + 1 : 0;
    return spectrum.accept(steps[next]);
  }

  /** sketches-vector 0.0.2. */
  @Benchmark
  public FrequentDirections frequentDirections() {
    for (int i = 0; i < rowsPerStep; i++) {
      next = next + 1 < wide.length ? next + 1 : 0;
      directions.update(wide[next]);
    }
    return directions;
  }
}
