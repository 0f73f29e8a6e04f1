package io.thermograd.accuracy;

import io.thermograd.agent.Sketcher;
import io.thermograd.estimate.curvature.SubspaceHessian;
import io.thermograd.estimate.fluctuation.Fluctuations;
import io.thermograd.estimate.noise.NoiseEstimator;
import io.thermograd.estimate.step.Motion;
import io.thermograd.estimate.step.QuantityList;
import io.thermograd.estimate.step.RunSettings;
import io.thermograd.estimate.step.TrainingStep;
import io.thermograd.theory.StationaryCovariance;
import io.thermograd.wire.Quantity;
import io.thermograd.wire.QuantityName;
import io.thermograd.wire.proto.RunStarted.Optimizer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Fluctuations on quadratics, whose stationary law is known in closed form, against that law. The
 * Hessian is handed over as it is: its own errors are measured elsewhere.
 */
@ExtendWith(AccuracyTable.class)
class FluctuationAccuracyTest {
  private static final double HALF_LIFE = 500;
  private static final int SEEDS = 60;
  private static final int MICRO_BATCHES = 4;
  private static final double ETA = 0.1;

  /**
   * L = ½ θᵀHθ, gradient noise of one update N.
   *
   * @param hessian symmetric
   * @param root W with N = WWᵀ
   */
  private record Setting(
      double[][] hessian, double[][] root, double momentum, int sketchDim, int steps) {
    int size() {
      return hessian.length;
    }

    double[][] noise() {
      int n = size();
      double[][] product = new double[n][n];
      for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++) {
          for (int l = 0; l < n; l++) {
            product[i][j] += root[i][l] * root[j][l];
          }
        }
      }
      return product;
    }
  }

  /** Curvatures and noise of the leading directions; the rest 1/5 of the last κ, little noise. */
  private static Setting diagonal(
      int p, double[] curvature, double[] noise, double momentum, int dim, int steps) {
    double[][] h = new double[p][p];
    double[][] w = new double[p][p];
    for (int i = 0; i < p; i++) {
      int last = curvature.length - 1;
      h[i][i] = i <= last ? curvature[i] : 0.2 * curvature[last];
      w[i][i] = Math.sqrt(i <= last ? noise[i] : 0.02 * noise[last]);
    }
    return new Setting(h, w, momentum, dim, steps);
  }

  private record Read(
      Map<String, Quantity> quantities,
      Map<String, List<Quantity>> vectors,
      Map<String, String> absent) {}

  private static Read run(Setting setting, long seed) {
    int p = setting.size();
    boolean whole = setting.sketchDim() == 0;
    RunSettings settings =
        new RunSettings(
            OptionalLong.empty(),
            OptionalDouble.of(setting.momentum()),
            setting.momentum() == 0 ? Optimizer.SGD : Optimizer.MOMENTUM,
            setting.sketchDim());
    Sketcher sketcher = Sketcher.of(p, 1024, seed);
    NoiseEstimator noise = new NoiseEstimator(settings, HALF_LIFE);
    Fluctuations fluctuations = new Fluctuations(settings, HALF_LIFE);
    SplittableRandom random = new SplittableRandom(seed);
    double[] theta = new double[p];
    double[] velocity = new double[p];
    int[] examples = new int[MICRO_BATCHES];
    Arrays.fill(examples, 8);
    int batch = 8 * MICRO_BATCHES;
    double[] z = new double[p];
    double[] mean = new double[p];
    float[] buffer = new float[p];
    boolean dense = isDense(setting.root());
    for (int t = 0; t < setting.steps(); t++) {
      float[] params = sketch(sketcher, whole, rounded(theta, buffer));
      float[][] sketches = new float[MICRO_BATCHES][];
      Arrays.fill(mean, 0);
      double[] force = product(setting.hessian(), theta, isDense(setting.hessian()));
      for (int j = 0; j < MICRO_BATCHES; j++) {
        for (int i = 0; i < p; i++) {
          z[i] = Math.sqrt(MICRO_BATCHES) * random.nextGaussian();
        }
        double[] xi = product(setting.root(), z, dense);
        for (int i = 0; i < p; i++) {
          buffer[i] = (float) (force[i] + xi[i]);
          mean[i] += buffer[i] / MICRO_BATCHES;
        }
        sketches[j] = sketch(sketcher, whole, buffer);
      }
      TrainingStep step =
          new TrainingStep(
              t,
              t,
              1.0,
              ETA,
              batch,
              examples,
              new double[0],
              sketches,
              null,
              false,
              new Motion(params, null, null),
              null);
      noise.accept(step);
      fluctuations.accept(step, noise);
      noise.endStep();
      for (int i = 0; i < p; i++) {
        velocity[i] = setting.momentum() * velocity[i] - ETA * mean[i];
        theta[i] += velocity[i];
      }
    }
    QuantityList list = new QuantityList();
    fluctuations.describe(list, known(setting, sketcher, whole));
    return new Read(list.quantities(), list.vectors(), list.absent());
  }

  private static float[] rounded(double[] x, float[] to) {
    for (int i = 0; i < x.length; i++) {
      to[i] = (float) x[i];
    }
    return to;
  }

  private static float[] sketch(Sketcher sketcher, boolean whole, float[] x) {
    if (whole) {
      return x.clone();
    }
    float[] s = new float[sketcher.dim()];
    sketcher.sketch(x, s);
    return s;
  }

  private static boolean isDense(double[][] m) {
    return m[0].length > 1 && m[0][1] != 0;
  }

  private static double[] product(double[][] m, double[] x, boolean dense) {
    double[] y = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      if (dense) {
        for (int j = 0; j < x.length; j++) {
          y[i] += m[i][j] * x[j];
        }
      } else {
        y[i] = m[i][i] * x[i];
      }
    }
    return y;
  }

  /** The Hessian between the first coordinates, whose sketched unit vectors are the basis. */
  private static SubspaceHessian known(Setting setting, Sketcher sketcher, boolean whole) {
    int r = Math.min(LEADING, setting.size());
    float[][] basis = new float[r][];
    double[][] h = new double[r][r];
    for (int i = 0; i < r; i++) {
      float[] unit = new float[setting.size()];
      unit[i] = 1;
      basis[i] = sketch(sketcher, whole, unit);
      System.arraycopy(setting.hessian()[i], 0, h[i], 0, r);
    }
    return new SubspaceHessian(basis, h, new double[r][r], 1e6);
  }

  private static final int LEADING = 4;

  @Test
  void temperaturesOfKnownDirections() {
    SoftAssertions softly = new SoftAssertions();
    for (int dim : new int[] {0, 1024}) {
      for (double beta : new double[] {0, 0.9}) {
        // ηκ = 0.8, 0.4, 0.16, 0.08
        double[] curvature = {8, 4, 1.6, 0.8};
        double[] noise = {4, 3, 2, 1.5};
        int p = dim == 0 ? 40 : 2000;
        int seeds = dim == 0 ? SEEDS : 8;
        Setting setting = diagonal(p, curvature, noise, beta, dim, dim == 0 ? 12_000 : 9_000);
        List<Read> runs =
            IntStream.range(0, seeds).parallel().mapToObj(s -> run(setting, s)).toList();
        for (int i = 0; i < LEADING; i++) {
          double exact =
              curvature[i] * StationaryCovariance.variance(curvature[i], noise[i], ETA, beta);
          String where =
              "ηκ %.2f, β %.1f, %s, %d seeds"
                  .formatted(
                      ETA * curvature[i], beta, dim == 0 ? "P = 40" : "P = 2,000, k = 1,024", seeds);
          report(softly, QuantityName.TEMPERATURE_MEASURED, where, runs, i, exact);
          report(softly, QuantityName.TEMPERATURE_PREDICTED, where, runs, i, exact);
        }
        ratio(runs, "β %.1f, %s".formatted(beta, dim == 0 ? "P = 40" : "P = 2,000, k = 1,024"));
      }
    }
    softly.assertAll();
  }

  private static void report(
      SoftAssertions softly,
      QuantityName name,
      String where,
      List<Read> runs,
      int i,
      double exact) {
    double bias = 0;
    double square = 0;
    int covered = 0;
    int found = 0;
    for (Read run : runs) {
      List<Quantity> all = run.vectors().getOrDefault(name.id(), List.of());
      if (all.size() > i) {
        Quantity q = all.get(i);
        double error = Objects.requireNonNull(q.value()) / exact - 1;
        bias += error;
        square += error * error;
        covered += covers(q, exact) ? 1 : 0;
        found++;
      } else {
        System.out.println(where + " " + all.size() + " " + run.absent());
      }
    }
    double mean = bias / found;
    double rms = Math.sqrt(square / found);
    String measured =
        "mean %+.1f %%, rms %.1f %%, interval covers %.0f %%, in %d of %d"
            .formatted(100 * mean, 100 * rms, 100.0 * covered / found, found, runs.size());
    AccuracyTable.add(
        softly, name.id(), where, "mean within 5 %", measured, Math.abs(mean) <= 0.05);
  }

  private static boolean covers(Quantity q, double exact) {
    return Objects.requireNonNull(q.low()) <= exact && exact <= Objects.requireNonNull(q.high());
  }

  private static void ratio(List<Read> runs, String where) {
    for (QuantityName name :
        List.of(
            QuantityName.COVARIANCE_RATIO,
            QuantityName.ROTATIONAL_FLOW,
            QuantityName.TEMPERATURE_SPREAD,
            QuantityName.THERMAL_ENERGY_MEASURED,
            QuantityName.LOSS_CHANGE_DOUBLE_BATCH)) {
      double mean = 0;
      double low = 0;
      double high = 0;
      int found = 0;
      int one = 0;
      for (Read run : runs) {
        Quantity q = run.quantities().get(name.id());
        if (q != null) {
          mean += Objects.requireNonNull(q.value());
          low += Objects.requireNonNull(q.low());
          high += Objects.requireNonNull(q.high());
          one += covers(q, 1) ? 1 : 0;
          found++;
        }
      }
      AccuracyTable.note(
          name.id(),
          where,
          "%.4f [%.4f, %.4f] in %d of %d, covers 1: %d"
              .formatted(mean / found, low / found, high / found, found, runs.size(), one));
    }
  }
}
