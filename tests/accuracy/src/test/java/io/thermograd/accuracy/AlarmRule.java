package io.thermograd.accuracy;

import io.thermograd.detect.RunDetectors;
import io.thermograd.estimate.RunEstimators;
import io.thermograd.estimate.step.RunSettings;
import io.thermograd.estimate.step.TrainingStep;
import io.thermograd.wire.Alert;
import io.thermograd.wire.Severity;
import io.thermograd.wire.proto.RunStarted.Optimizer;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.function.Supplier;

/** Something that watches a run step by step and raises alarms: ours, and those of others. */
interface AlarmRule {

  /** Whether the rule fires in this step. */
  boolean accept(TrainingStep step);

  /** The rules to compare, by name; each supplier opens one run's. */
  static Map<String, Supplier<AlarmRule>> others() {
    return Map.of(
        "either 6σ over 128", EitherSixSigma::new,
        "2× mean of 100, 5 in a row", TwiceTheMean::new,
        "z-score 2.5, α 0.97", ExponentialScore::new,
        "Page–Hinkley λ 50", PageHinkley::new);
  }

  /** Ours: warnings and criticals. */
  static Detectors ours() {
    return new Detectors();
  }

  /** An alarm counts again after 100 steps without one. */
  static AlarmRule once(AlarmRule rule) {
    return new AlarmRule() {
      private long quiet = 100;

      @Override
      public boolean accept(TrainingStep step) {
        boolean fires = rule.accept(step);
        boolean counts = fires && quiet >= 100;
        quiet = fires ? 0 : quiet + 1;
        return counts;
      }
    };
  }

  /** The run's detectors, told nothing but the steps. */
  final class Detectors implements AlarmRule {
    private static final RunSettings SETTINGS =
        new RunSettings(OptionalLong.empty(), OptionalDouble.of(0), Optimizer.SGD, 0);
    private static final RunEstimators UNTOLD = new RunEstimators(SETTINGS, 500, 100);

    private final RunDetectors detectors = new RunDetectors("run", 0, SETTINGS);
    long warnings;
    long criticals;
    long firstCritical = -1;

    @Override
    public boolean accept(TrainingStep step) {
      boolean fires = false;
      for (Alert alert : detectors.accept(step, 0, UNTOLD)) {
        if (alert.severity() == Severity.WARNING) {
          warnings++;
          fires = true;
        }
        if (alert.severity() == Severity.CRITICAL) {
          criticals++;
          firstCritical = firstCritical < 0 ? step.step() : firstCritical;
          fires = true;
        }
      }
      return fires;
    }
  }

  /** Above the mean of the last 128 by 6 of their standard deviations, loss or gradient norm. */
  final class EitherSixSigma implements AlarmRule {
    private final Window loss = new Window(128);
    private final Window norm = new Window(128);

    @Override
    public boolean accept(TrainingStep step) {
      return outlier(loss, lossOf(step)) | outlier(norm, normOf(step));
    }

    private static boolean outlier(Window window, double x) {
      boolean fires = window.full() && x > window.mean() + 6 * window.sd();
      window.add(x);
      return fires || !Double.isFinite(x);
    }
  }

  /** More than twice the mean of the 100 before, five times in a row. */
  final class TwiceTheMean implements AlarmRule {
    private final Window window = new Window(100);
    private int inRow;

    @Override
    public boolean accept(TrainingStep step) {
      double x = lossOf(step);
      inRow = !Double.isFinite(x) || (window.full() && x > 2 * window.mean()) ? inRow + 1 : 0;
      window.add(x);
      return inRow >= 5 || !Double.isFinite(x);
    }
  }

  /** Above the exponential mean by 2.5 exponential standard deviations. */
  final class ExponentialScore implements AlarmRule {
    private double mean;
    private double variance;
    private long count;

    @Override
    public boolean accept(TrainingStep step) {
      double x = lossOf(step);
      boolean fires = count > 30 && x - mean > 2.5 * Math.sqrt(variance);
      if (Double.isFinite(x)) {
        double d = x - mean;
        mean = count == 0 ? x : mean + 0.03 * d;
        variance = count == 0 ? 0 : 0.97 * (variance + 0.03 * d * d);
        count++;
      }
      return fires || !Double.isFinite(x);
    }
  }

  /** Page–Hinkley with the usual δ = 0.005, α = 0.9999, at least 30 samples, restarted on alarm. */
  final class PageHinkley implements AlarmRule {
    private double mean;
    private double sum;
    private long count;

    @Override
    public boolean accept(TrainingStep step) {
      double x = lossOf(step);
      if (!Double.isFinite(x)) {
        return true;
      }
      count++;
      mean += (x - mean) / count;
      sum = Math.max(0, 0.9999 * sum + x - mean - 0.005);
      if (count >= 30 && sum > 50) {
        mean = 0;
        sum = 0;
        count = 0;
        return true;
      }
      return false;
    }
  }

  /** The last finite values. */
  final class Window {
    private final double[] values;
    private long count;

    Window(int size) {
      values = new double[size];
    }

    void add(double x) {
      if (Double.isFinite(x)) {
        values[(int) (count++ % values.length)] = x;
      }
    }

    boolean full() {
      return count >= values.length;
    }

    double mean() {
      double sum = 0;
      for (double v : values) {
        sum += v;
      }
      return sum / values.length;
    }

    double sd() {
      double mean = mean();
      double sum = 0;
      for (double v : values) {
        sum += (v - mean) * (v - mean);
      }
      return Math.sqrt(sum / (values.length - 1));
    }
  }

  private static double lossOf(TrainingStep step) {
    return Objects.requireNonNull(step.loss());
  }

  private static double normOf(TrainingStep step) {
    return Math.sqrt(Objects.requireNonNull(step.gradSqnorm()));
  }
}
