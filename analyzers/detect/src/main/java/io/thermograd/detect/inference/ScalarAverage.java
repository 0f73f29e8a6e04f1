package io.thermograd.detect.inference;

import io.thermograd.detect.series.RandomScaling;
import io.thermograd.wire.Quantity;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Map;

/**
 * Average of one scalar over a stationary stretch, with its 95 % interval by random scaling and by
 * batch means. O(1) a sample. One owner thread.
 */
final class ScalarAverage {
  static final String RANDOM_SCALING = "random_scaling";
  static final String BATCH_MEANS = "batch_means";

  /** Appended to a method whose interval may be too short. */
  static final String UNRELIABLE = "_unreliable";

  /** Samples for an interval to mean something. */
  static final int NEEDED = 100;

  private static final double RELIABLE_TIMES = 1_000;

  private final RandomScaling scaling = new RandomScaling();
  private final Batches batches = new Batches();

  /** Adds a sample; false, and no change, when it is not finite or above 10¹⁵⁰. */
  boolean accept(double x) {
    if (!scaling.accept(x)) {
      return false;
    }
    batches.accept(x);
    return true;
  }

  long count() {
    return scaling.count();
  }

  /** Whether it spans a thousand autocorrelation times. */
  boolean reliable() {
    // A constant has no autocorrelation time, and nothing to be unreliable about.
    return !(scaling.count() < RELIABLE_TIMES * batches.autocorrelationTime());
  }

  /** Puts both intervals, once there are enough samples. */
  void describe(String name, Map<String, Quantity> out) {
    if (count() < NEEDED) {
      return;
    }
    String flag = reliable() ? "" : UNRELIABLE;
    put(out, name, scaling.halfWidth(), RANDOM_SCALING + flag);
    put(out, name + Averages.BESIDE, batches.factor() * batches.meanError(), BATCH_MEANS + flag);
  }

  private void put(Map<String, Quantity> out, String name, double half, String method) {
    double mean = scaling.mean();
    if (Double.isFinite(mean + half) && Double.isFinite(mean - half)) {
      out.put(name, Quantity.of(mean, mean - half, mean + half, method));
    }
  }

  void clear() {
    scaling.clear();
    batches.clear();
  }

  void writeTo(DataOutput out) throws IOException {
    scaling.writeTo(out);
    batches.writeTo(out);
  }

  void readFrom(DataInput in) throws IOException {
    scaling.readFrom(in);
    batches.readFrom(in);
  }
}
