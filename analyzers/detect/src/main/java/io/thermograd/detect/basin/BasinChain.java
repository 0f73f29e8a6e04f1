package io.thermograd.detect.basin;

import io.thermograd.estimate.numeric.SpectrumKernel;
import io.thermograd.estimate.numeric.SymmetricEigen;
import io.thermograd.theory.MarkovChain;
import io.thermograd.theory.TransitionGraph;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BiFunction;

/**
 * The jump process between basins: rates k_ij = n_ij/t_i per unit of SGD time, and what follows
 * from them, each with the interval of what posterior draws make of it: escapes of a basin by
 * Gamma(n_i + ½)/t_i, their targets in Dirichlet's proportions, with half a passage back where
 * there was one forth only.
 */
final class BasinChain {
  private static final int DRAWS = 200;

  private final int k;
  private final double[] time;
  private final long[] escapes;
  private final double[][] flows;
  private final double[][][] draws = new double[DRAWS][][];
  private final double[][] laws = new double[DRAWS][];

  /** An estimate and its 95 % interval. */
  record Estimate(double value, double low, double high) {}

  BasinChain(long[][] transitions, double[] time) {
    this.k = time.length;
    this.time = time;
    escapes = new long[k];
    flows = new double[k][k];
    for (int i = 0; i < k; i++) {
      for (int j = 0; j < k; j++) {
        escapes[i] += transitions[i][j];
        flows[i][j] = transitions[i][j];
      }
    }
    for (int i = 0; i < k; i++) {
      for (int j = 0; j < k; j++) {
        // What was gone over once can be gone over back, or nothing would ever be at equilibrium.
        flows[i][j] += transitions[i][j] == 0 && transitions[j][i] > 0 ? 0.5 : 0;
      }
    }
    SplittableRandom random = new SplittableRandom(k);
    for (int d = 0; d < DRAWS; d++) {
      draws[d] = draw(random);
      laws[d] = MarkovChain.stationary(draws[d]);
    }
  }

  /** Rates as observed; half an escape where there was none. */
  private double[][] rates() {
    double[][] q = new double[k][k];
    for (int i = 0; i < k; i++) {
      double total = Arrays.stream(flows[i]).sum();
      for (int j = 0; j < k; j++) {
        q[i][j] = Math.max(escapes[i], 0.5) / time[i] * flows[i][j] / total;
      }
    }
    return q;
  }

  private double[][] draw(SplittableRandom random) {
    double[][] q = new double[k][k];
    for (int i = 0; i < k; i++) {
      double[] share = new double[k];
      double sum = 0;
      for (int j = 0; j < k; j++) {
        share[j] = flows[i][j] > 0 ? gamma(flows[i][j], random) : 0;
        sum += share[j];
      }
      double total = gamma(escapes[i] + 0.5, random) / time[i];
      for (int j = 0; j < k; j++) {
        q[i][j] = total * share[j] / sum;
      }
    }
    return q;
  }

  /** Of functions of the rates and their stationary law. */
  private List<Estimate> estimates(BiFunction<double[][], double[], double[]> of) {
    double[][] q = rates();
    double[] value = of.apply(q, MarkovChain.stationary(q));
    double[][] drawn = new double[value.length][DRAWS];
    for (int d = 0; d < DRAWS; d++) {
      double[] one = of.apply(draws[d], laws[d]);
      for (int i = 0; i < value.length; i++) {
        drawn[i][d] = one[i];
      }
    }
    List<Estimate> all = new ArrayList<>();
    for (int i = 0; i < value.length; i++) {
      Arrays.sort(drawn[i]);
      all.add(new Estimate(value[i], drawn[i][DRAWS / 40], drawn[i][DRAWS - 1 - DRAWS / 40]));
    }
    return all;
  }

  /** The slowest rate of relaxation, per unit of SGD time. */
  Estimate gap() {
    SymmetricEigen eigen = new SymmetricEigen(k, SpectrumKernel.best());
    return estimates((q, law) -> new double[] {gap(q, law, eigen)}).get(0);
  }

  /** π. */
  List<Estimate> occupation() {
    return estimates((q, law) -> law);
  }

  /** Mean of log π over the draws, and behind it its covariance: rows of [1 + k]. */
  double[][] logOccupation() {
    double[][] out = new double[1 + k][k];
    double[][] logs = new double[DRAWS][k];
    for (int d = 0; d < DRAWS; d++) {
      for (int i = 0; i < k; i++) {
        logs[d][i] = StrictMath.log(Math.max(laws[d][i], Double.MIN_NORMAL));
        out[0][i] += logs[d][i] / DRAWS;
      }
    }
    for (double[] one : logs) {
      for (int i = 0; i < k; i++) {
        for (int j = 0; j < k; j++) {
          out[1 + i][j] += (one[i] - out[0][i]) * (one[j] - out[0][j]) / (DRAWS - 1);
        }
      }
    }
    return out;
  }

  /** E_i/η less the lowest of all: occupation ∝ e^{−E_i/η}. */
  List<Estimate> energies(double rate) {
    return estimates(
        (q, law) -> {
          double[] energies = TransitionGraph.estimated(perStep(q, rate), 1).energies();
          double lowest = Arrays.stream(energies).min().orElse(0);
          return Arrays.stream(energies).map(e -> e - lowest).toArray();
        });
  }

  /** Mean SGD time from one basin to another. */
  Estimate hittingTime(int from, int to) {
    return estimates((q, law) -> new double[] {MarkovChain.hittingTimes(q, to)[from]}).get(0);
  }

  private static double[][] perStep(double[][] q, double rate) {
    double[][] p = new double[q.length][q.length];
    for (int i = 0; i < q.length; i++) {
      double out = Arrays.stream(q[i]).sum() * rate;
      double stay = StrictMath.exp(-out);
      p[i][i] = stay;
      for (int j = 0; j < q.length; j++) {
        if (j != i) {
          p[i][j] = (1 - stay) * q[i][j] * rate / out;
        }
      }
    }
    return p;
  }

  private static double gap(double[][] q, double[] law, SymmetricEigen eigen) {
    int k = q.length;
    double[] s = new double[k * k];
    for (int i = 0; i < k; i++) {
      for (int j = 0; j < i; j++) {
        // Passages both ways are as frequent at equilibrium; their mean is used.
        double flow = 0.5 * (law[i] * q[i][j] + law[j] * q[j][i]);
        s[i * k + j] = flow / Math.sqrt(law[i] * law[j]);
        s[i * k + i] -= flow / law[i];
        s[j * k + j] -= flow / law[j];
      }
    }
    return eigen.decompose(s, k, k) ? -eigen.value(1) : Double.NaN;
  }

  /** Marsaglia and Tsang, ACM Trans. Math. Softw. 26, 2000, doi:10.1145/358407.358414. */
  private static double gamma(double shape, SplittableRandom random) {
    if (shape < 1) {
      return gamma(shape + 1, random) * StrictMath.pow(random.nextDouble(), 1 / shape);
    }
    double d = shape - 1.0 / 3;
    double c = 1 / Math.sqrt(9 * d);
    while (true) {
      double x =
          Math.sqrt(-2 * StrictMath.log(1 - random.nextDouble()))
              * StrictMath.cos(2 * Math.PI * random.nextDouble());
      double v = 1 + c * x;
      v = v * v * v;
      if (v > 0
          && StrictMath.log(1 - random.nextDouble())
              < 0.5 * x * x + d - d * v + d * StrictMath.log(v)) {
        return d * v;
      }
    }
  }
}
