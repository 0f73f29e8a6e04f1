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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Fluctuations on quadratics, whose stationary law is known in closed form, against that law. The
 * Hessian in the leading directions is handed over as it is: its own errors are measured elsewhere.
 */
@ExtendWith(AccuracyTable.class)
class FluctuationAccuracyTest {
  private static final double HALF_LIFE = 500;
  private static final int MICRO_BATCHES = 4;
  private static final int SIZE = 8;
  private static final double ETA = 0.1;

  /** 512 steps of warming up and all that the moments remember. */
  private static final int STEPS = 12_500;

  /** 40 sketches at scale 10: one alone is off by 4 to 6 %, and so four by 2 to 3 %. */
  private static final int SKETCHES = 4 * Integer.getInteger("thermograd.accuracy.scale", 1);

  /** ηκ = 0.8, 0.4, 0.16, 0.08. */
  private static final double[] CURVATURE = {8, 4, 1.6, 0.8};

  private static final double[] NOISE = {4, 3, 2, 1.5};

  /**
   * L = ½θᵀHθ with gradient noise N of an update: blocks in a few leading directions, which lie
   * anyhow in space, and multiples of the identity elsewhere.
   */
  private record Setting(
      int parameters, double[][] hessian, double[][] noise, double momentum, int sketchDim) {
    static final double REST_CURVATURE = 0.16;
    static final double REST_NOISE = 0.03;

    int leading() {
      return hessian.length;
    }

    double[][] covariance() {
      return momentum == 0
          ? StationaryCovariance.sgd(hessian, noise, ETA)
          : StationaryCovariance.heavyBall(hessian, noise, ETA, momentum);
    }

    /** ½tr(HC) over all directions. */
    double energy() {
      double rest =
          StationaryCovariance.variance(REST_CURVATURE, REST_NOISE, ETA, momentum)
              * REST_CURVATURE
              / 2;
      return StationaryCovariance.excessLoss(hessian, covariance())
          + (parameters - leading()) * rest;
    }
  }

  private static double[][] diagonal(double... values) {
    double[][] m = new double[values.length][values.length];
    for (int i = 0; i < values.length; i++) {
      m[i][i] = values[i];
    }
    return m;
  }

  private record Read(
      Map<String, Quantity> quantities,
      Map<String, List<Quantity>> vectors,
      Map<String, String> absent) {}

  private static List<Read> runs(Setting setting, int seeds) {
    return IntStream.range(0, seeds)
        .parallel()
        .mapToObj(seed -> new Simulation(setting, seed).run())
        .toList();
  }

  private static final class Simulation {
    private final Setting setting;
    private final int p;
    private final SplittableRandom random;
    private final Sketcher sketcher;
    private final double[][] directions;
    private final double[][] root;
    private final float[] buffer;

    Simulation(Setting setting, long seed) {
      this.setting = setting;
      this.p = setting.parameters();
      this.random = new SplittableRandom(seed);
      this.sketcher = Sketcher.of(p, 1024, seed);
      this.directions = orthonormal(setting.leading(), p, random);
      this.root = cholesky(setting.noise());
      this.buffer = new float[p];
    }

    Read run() {
      RunSettings settings =
          RunSettings.of(setting.momentum() == 0 ? Optimizer.SGD : Optimizer.MOMENTUM)
              .withMomentum(setting.momentum())
              .withSketchDim(setting.sketchDim())
              .withBlockFoldOf(p);
      NoiseEstimator noise = new NoiseEstimator(settings, HALF_LIFE);
      Fluctuations fluctuations = new Fluctuations(settings, HALF_LIFE);
      double[] theta = new double[p];
      double[] velocity = new double[p];
      double[] mean = new double[p];
      for (int t = 0; t < STEPS; t++) {
        TrainingStep step = step(t, theta, mean);
        noise.accept(step);
        fluctuations.accept(step, noise);
        noise.endStep();
        for (int i = 0; i < p; i++) {
          velocity[i] = setting.momentum() * velocity[i] - ETA * mean[i];
          theta[i] += velocity[i];
        }
      }
      QuantityList list = new QuantityList();
      fluctuations.describe(list, known());
      return new Read(list.quantities(), list.vectors(), list.absent());
    }

    private TrainingStep step(int t, double[] theta, double[] mean) {
      double[] force = applied(setting.hessian(), Setting.REST_CURVATURE, theta);
      float[][] sketches = new float[MICRO_BATCHES][];
      double[] z = new double[p];
      Arrays.fill(mean, 0);
      for (int j = 0; j < MICRO_BATCHES; j++) {
        for (int i = 0; i < p; i++) {
          z[i] = Math.sqrt(MICRO_BATCHES) * random.nextGaussian();
        }
        double[] xi = applied(root, Math.sqrt(Setting.REST_NOISE), z);
        for (int i = 0; i < p; i++) {
          xi[i] += force[i];
        }
        sketches[j] = sketch(xi);
        for (int i = 0; i < p; i++) {
          mean[i] += buffer[i] / MICRO_BATCHES;
        }
      }
      int[] examples = new int[MICRO_BATCHES];
      Arrays.fill(examples, SIZE);
      return TrainingStep.at(t, t)
          .loss(0.5 * dot(theta, force))
          .learningRate(ETA)
          .batchSize(MICRO_BATCHES * SIZE)
          .examples(examples)
          .sketches(sketches)
          .motion(new Motion(sketch(theta), null, null))
          .build();
    }

    private static double dot(double[] x, double[] y) {
      double sum = 0;
      for (int i = 0; i < x.length; i++) {
        sum += x[i] * y[i];
      }
      return sum;
    }

    private float[] sketch(double[] x) {
      for (int i = 0; i < p; i++) {
        buffer[i] = (float) x[i];
      }
      float[] s = new float[sketcher.dim()];
      sketcher.sketch(buffer, s);
      return s;
    }

    /** (rest·I + Qᵀ(A − rest·I)Q)·x. */
    private double[] applied(double[][] a, double rest, double[] x) {
      int r = directions.length;
      double[] along = new double[r];
      for (int i = 0; i < r; i++) {
        for (int l = 0; l < p; l++) {
          along[i] += directions[i][l] * x[l];
        }
      }
      double[] y = new double[p];
      for (int l = 0; l < p; l++) {
        y[l] = rest * x[l];
      }
      for (int i = 0; i < r; i++) {
        double c = -rest * along[i];
        for (int j = 0; j < r; j++) {
          c += a[i][j] * along[j];
        }
        for (int l = 0; l < p; l++) {
          y[l] += c * directions[i][l];
        }
      }
      return y;
    }

    /** What a curvature estimator would know if it made no error. */
    private SubspaceHessian known() {
      int r = setting.leading();
      float[][] basis = new float[r][];
      for (int i = 0; i < r; i++) {
        basis[i] = sketch(directions[i]);
      }
      return new SubspaceHessian(basis, setting.hessian(), new double[r][r], 1e6);
    }
  }

  private static double[][] orthonormal(int count, int p, SplittableRandom random) {
    double[][] q = new double[count][p];
    for (int i = 0; i < count; i++) {
      for (int l = 0; l < p; l++) {
        q[i][l] = random.nextGaussian();
      }
      for (int j = 0; j <= i; j++) {
        double dot = 0;
        for (int l = 0; l < p; l++) {
          dot += q[i][l] * q[j][l];
        }
        for (int l = 0; l < p; l++) {
          q[i][l] = j < i ? q[i][l] - dot * q[j][l] : q[i][l] / Math.sqrt(dot);
        }
      }
    }
    return q;
  }

  private static double[][] cholesky(double[][] a) {
    int n = a.length;
    double[][] l = new double[n][n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j <= i; j++) {
        double sum = a[i][j];
        for (int k = 0; k < j; k++) {
          sum -= l[i][k] * l[j][k];
        }
        l[i][j] = i == j ? Math.sqrt(sum) : sum / l[j][j];
      }
    }
    return l;
  }

  @Test
  void temperaturesAndEnergies() {
    SoftAssertions softly = new SoftAssertions();
    for (boolean sketched : new boolean[] {false, true}) {
      for (double beta : new double[] {0, 0.9}) {
        Setting setting =
            new Setting(
                sketched ? 2_000 : 24,
                diagonal(CURVATURE),
                diagonal(NOISE),
                beta,
                sketched ? 1_024 : 0);
        List<Read> runs = runs(setting, sketched ? SKETCHES : 40);
        String where =
            "β %.1f, %s, %d seeds"
                .formatted(beta, sketched ? "P = 2,000, k = 1,024" : "P = 24", runs.size());
        double[] exact = new double[CURVATURE.length];
        for (int i = 0; i < exact.length; i++) {
          int at = i;
          exact[i] =
              CURVATURE[i] * StationaryCovariance.variance(CURVATURE[i], NOISE[i], ETA, beta);
          String direction = "ηκ %.2f, %s".formatted(ETA * CURVATURE[i], where);
          for (QuantityName name :
              List.of(QuantityName.TEMPERATURE_MEASURED, QuantityName.TEMPERATURE_PREDICTED)) {
            report(softly, name.id(), direction, runs, r -> element(r, name, at), exact[i], 0.05);
          }
        }
        report(
            softly,
            QuantityName.TEMPERATURE_SPREAD,
            where,
            runs,
            standardDeviationOfLogs(exact),
            0.05);
        report(softly, QuantityName.COVARIANCE_RATIO, where, runs, 1, 0.05);
        report(softly, QuantityName.THERMAL_ENERGY_MEASURED, where, runs, setting.energy(), 0.05);
        report(
            softly,
            QuantityName.LOSS_CHANGE_DOUBLE_BATCH,
            where,
            runs,
            -setting.energy() / 2,
            0.05);
        report(
            softly,
            QuantityName.LOSS_CHANGE_HALF_LEARNING_RATE,
            where,
            runs,
            halved(setting) - setting.energy(),
            0.05);
      }
    }
    softly.assertAll();
  }

  /** Energy at half the learning rate: every T_i by its closed form. */
  private static double halved(Setting setting) {
    double sum = 0;
    for (int i = 0; i < CURVATURE.length; i++) {
      sum +=
          CURVATURE[i]
              * StationaryCovariance.variance(CURVATURE[i], NOISE[i], ETA / 2, setting.momentum())
              / 2;
    }
    return sum
        + (setting.parameters() - CURVATURE.length)
            * Setting.REST_CURVATURE
            * StationaryCovariance.variance(
                Setting.REST_CURVATURE, Setting.REST_NOISE, ETA / 2, setting.momentum())
            / 2;
  }

  private static double standardDeviationOfLogs(double[] x) {
    double mean = Arrays.stream(x).map(Math::log).average().orElseThrow();
    double square = Arrays.stream(x).map(v -> Math.pow(Math.log(v) - mean, 2)).sum();
    return Math.sqrt(square / (x.length - 1));
  }

  /** H and N that do not commute, and for comparison ones that do. */
  @Test
  void rotationalFlow() {
    SoftAssertions softly = new SoftAssertions();
    double[][] skew = {{4, 1.5, 0, 0.5}, {1.5, 3, 1, 0}, {0, 1, 2, 0.5}, {0.5, 0, 0.5, 1.5}};
    for (double beta : new double[] {0, 0.9}) {
      for (boolean commuting : new boolean[] {false, true}) {
        Setting setting =
            new Setting(12, diagonal(CURVATURE), commuting ? diagonal(NOISE) : skew, beta, 0);
        List<Read> runs = runs(setting, 20);
        String where =
            "β %.1f, %s, %d seeds"
                .formatted(beta, commuting ? "commuting" : "not commuting", runs.size());
        // The rest adds to D alone: 8 directions of T each.
        double rest =
            Setting.REST_CURVATURE
                * StationaryCovariance.variance(
                    Setting.REST_CURVATURE, Setting.REST_NOISE, ETA, beta);
        double exact = flow(setting.covariance(), setting.hessian(), 8 * 4 * rest * rest);
        report(
            softly, QuantityName.ROTATIONAL_FLOW, where, runs, exact, commuting ? Double.NaN : 0.1);
      }
    }
    softly.assertAll();
  }

  private static double flow(double[][] c, double[][] h, double more) {
    int n = c.length;
    double[][] m = new double[n][n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        for (int l = 0; l < n; l++) {
          m[i][j] += c[i][l] * h[l][j];
        }
      }
    }
    double anti = 0;
    double sym = more;
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        anti += Math.pow(m[i][j] - m[j][i], 2);
        sym += Math.pow(m[i][j] + m[j][i], 2);
      }
    }
    return Math.sqrt(anti / sym);
  }

  private static Quantity element(Read run, QuantityName name, int i) {
    return run.vectors().getOrDefault(name.id(), List.of()).get(i);
  }

  private static void report(
      SoftAssertions softly,
      QuantityName name,
      String where,
      List<Read> runs,
      double exact,
      double most) {
    report(
        softly,
        name.id(),
        where,
        runs,
        r ->
            Objects.requireNonNull(
                r.quantities().get(name.id()), () -> name + ": " + r.absent().get(name.id())),
        exact,
        most);
  }

  /** Bias, error and coverage; the bias within {@code most} of the truth, or of 1 if that is 0. */
  private static void report(
      SoftAssertions softly,
      String name,
      String where,
      List<Read> runs,
      Function<Read, Quantity> quantity,
      double exact,
      double most) {
    List<Double> errors = new ArrayList<>();
    int covered = 0;
    double scale = exact == 0 ? 1 : Math.abs(exact);
    for (Read run : runs) {
      Quantity q = quantity.apply(run);
      errors.add((Objects.requireNonNull(q.value()) - exact) / scale);
      double low = Objects.requireNonNull(q.low());
      double high = Objects.requireNonNull(q.high());
      covered += low <= exact && exact <= high ? 1 : 0;
    }
    double bias = errors.stream().mapToDouble(e -> e).average().orElseThrow();
    double rms = Math.sqrt(errors.stream().mapToDouble(e -> e * e).average().orElseThrow());
    String measured =
        "mean %+.1f %%, rms %.1f %%, interval covers %.0f %% (%.3g)"
            .formatted(100 * bias, 100 * rms, 100.0 * covered / runs.size(), exact);
    if (Double.isNaN(most)) {
      AccuracyTable.note(name, where, measured);
    } else if (where.contains("k = 1,024")) {
      // A direction's length in a sketch has an error of √(2/1,024) = 4.4 % of T, measured and
      // predicted alike, which few sketches do not average out: the intervals have to hold it.
      AccuracyTable.aim(
          name,
          where,
          "mean within %.0f %% (an aim)".formatted(100 * most),
          measured,
          Math.abs(bias) <= most);
    } else {
      AccuracyTable.add(
          softly,
          name,
          where,
          "mean within %.0f %%".formatted(100 * most),
          measured,
          Math.abs(bias) <= most);
    }
  }
}
