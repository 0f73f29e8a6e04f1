package io.thermograd.accuracy;

import io.thermograd.theory.ArrheniusCounts;
import io.thermograd.theory.FirstPassage;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * How far log τ is from a line in 1/T: what is left of the extrapolation's error when nothing is
 * left to the counts. SGD in the double wells (x² − 1)² + ax is a chain whose mean passages are
 * enumerated: by a linear system on a grid far finer than a step, and for vanishing steps by {@link
 * FirstPassage}. The line goes through as many exits as equally many steps at each temperature
 * give.
 *
 * <p>The error is that of log τ over ΔU·(1/T − mean 1/T), with which it grows.
 */
@ExtendWith(AccuracyTable.class)
class ArrheniusLawTest {
  private static final double CORE = 0.7;
  private static final double START = 0.98;

  /** U″ at ±1. */
  private static final double CURVATURE = 8;

  private static final double[] TILTS = {0, 0.15, 0.3};
  private static final double[][] SEEN = {
    {0.5, 0.35, 0.25, 0.2, 0.15}, {0.4, 0.32, 0.26, 0.22, 0.18, 0.15}, {0.36, 0.3, 0.25}
  };
  private static final double[] NEXT = {0.1, 0.07};

  /** Of ηκ at the hottest. */
  private static final double[] STEEPNESS = {0, 0.1, 0.2, 0.32, 0.5, 0.8};

  /** The errors that ArrheniusLine allows for. */
  private static final double ALLOWED = 0.03;

  @Test
  void theLawsOwnError() {
    SoftAssertions softly = new SoftAssertions();
    for (double steepness : STEEPNESS) {
      double squares = 0;
      double largest = 0;
      int n = 0;
      for (double tilt : TILTS) {
        for (double[] seen : SEEN) {
          double perTemperature = steepness / CURVATURE / seen[0];
          ArrheniusCounts fit = fit(tilt, seen, perTemperature);
          double barrier = barrier(tilt);
          for (double next : NEXT) {
            double distance = barrier * (1 / next - fit.meanInverse());
            double eta = perTemperature * next;
            double error = (-fit.logRate(next) - Math.log(stay(tilt, next, eta))) / distance;
            squares += error * error;
            largest = Math.max(largest, Math.abs(error));
            n++;
          }
          // A larger batch instead: as steep as where it was hottest, at the same temperature.
          double next = NEXT[0];
          double distance = barrier * (1 / next - fit.meanInverse());
          double stay = stay(tilt, next, perTemperature * seen[0]);
          double error = (-fit.logRate(next) - Math.log(stay)) / distance;
          squares += error * error;
          largest = Math.max(largest, Math.abs(error));
          n++;
        }
      }
      double root = Math.sqrt(squares / n);
      String where = "double wells, three tilts, ηκ up to %.2f".formatted(steepness);
      String measured = "%.1f %% of ΔU/T, at most %.1f %%".formatted(100 * root, 100 * largest);
      if (steepness <= 0.5) {
        AccuracyTable.add(
            softly, "error of the law of Arrhenius", where, "<= 3 %", measured, root <= ALLOWED);
      } else {
        AccuracyTable.note("error of the law of Arrhenius", where, measured);
      }
    }
    softly.assertAll();
  }

  private static ArrheniusCounts fit(double tilt, double[] seen, double perTemperature) {
    double[] times = new double[seen.length];
    long[] exits = new long[seen.length];
    for (int i = 0; i < seen.length; i++) {
      // So many that nothing is left to chance; η goes with the temperature.
      times[i] = 1e12 * seen[i] * share(tilt, seen[i]);
      exits[i] = Math.round(times[i] / stay(tilt, seen[i], perTemperature * seen[i]));
    }
    return ArrheniusCounts.fit(seen, times, exits);
  }

  private static double energy(double tilt, double x) {
    return (x * x - 1) * (x * x - 1) + tilt * x;
  }

  /** From the right minimum to the top. */
  private static double barrier(double tilt) {
    double top = Double.NEGATIVE_INFINITY;
    double floor = Double.POSITIVE_INFINITY;
    for (double x = -0.4; x < 1.3; x += 1e-4) {
      top = x < 0.4 ? Math.max(top, energy(tilt, x)) : top;
      floor = x > 0.5 ? Math.min(floor, energy(tilt, x)) : floor;
    }
    return top - floor;
  }

  /** Of all steps, in the right well. */
  private static double share(double tilt, double temperature) {
    double right = 0;
    double all = 0;
    for (double x = -3; x < 3; x += 1e-3) {
      double weight = Math.exp(-energy(tilt, x) / temperature);
      all += weight;
      right += x > 0 ? weight : 0;
    }
    return right / all;
  }

  /** Mean SGD time from the right minimum to the left core. */
  private static double stay(double tilt, double temperature, double eta) {
    return eta > 0
        ? eta * steps(tilt, temperature, eta)
        : FirstPassage.meanTime(x -> energy(tilt, x), temperature, 3, START, -CORE);
  }

  /** (I − P)s = 1 on a grid of half the spread of a step, on which Gauss' kernel sums exactly. */
  private static double steps(double tilt, double temperature, double eta) {
    double spread = Math.sqrt(2 * eta * temperature);
    double cell = Math.min(spread / 2.2, 0.02);
    double end = 1.3 + 6.5 * Math.sqrt(temperature / CURVATURE) + 3 * spread;
    int n = (int) Math.ceil((end + CORE) / cell);
    double[][] rows = new double[n][n + 1];
    for (int i = 0; i < n; i++) {
      double x = -CORE + cell * (i + 0.5);
      double mean = x - eta * (4 * x * (x * x - 1) + tilt);
      for (int j = 0; j < n; j++) {
        double z = (-CORE + cell * (j + 0.5) - mean) / spread;
        rows[i][j] = -Math.exp(-z * z / 2) * cell / (spread * Math.sqrt(2 * Math.PI));
      }
      rows[i][i] += 1;
      rows[i][n] = 1;
    }
    double[] steps = solve(rows);
    double at = (START + CORE) / cell - 0.5;
    int i = (int) at;
    return steps[i] + (at - i) * (steps[i + 1] - steps[i]);
  }

  /** Elimination without exchanges: I − P is an M-matrix. */
  private static double[] solve(double[][] rows) {
    int n = rows.length;
    for (int i = 0; i < n; i++) {
      double[] pivot = rows[i];
      for (int r = i + 1; r < n; r++) {
        double[] row = rows[r];
        double factor = row[i] / pivot[i];
        if (Math.abs(factor) > 1e-300) {
          for (int j = i; j <= n; j++) {
            row[j] -= factor * pivot[j];
          }
        }
      }
    }
    double[] x = new double[n];
    for (int i = n - 1; i >= 0; i--) {
      double sum = rows[i][n];
      for (int j = i + 1; j < n; j++) {
        sum -= rows[i][j] * x[j];
      }
      x[i] = sum / rows[i][i];
    }
    return x;
  }
}
