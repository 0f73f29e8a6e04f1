package io.thermograd.estimate;

import io.thermograd.estimate.step.RunSettings;
import io.thermograd.estimate.step.TrainingStep;
import io.thermograd.wire.proto.RunStarted.Optimizer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInput;
import java.io.DataInputStream;
import java.io.DataOutput;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** Steps, settings and gradients for tests. */
public final class Draws {
  /** Gradients sent whole, independent draws, plain SGD. */
  public static final RunSettings WHOLE = RunSettings.of(Optimizer.SGD);

  private Draws() {}

  public static RunSettings distinct(long n) {
    return RunSettings.of(Optimizer.SGD).withDatasetSize(n);
  }

  public static RunSettings sketched(int k) {
    return RunSettings.of(Optimizer.SGD).withSketchDim(k);
  }

  public static TrainingStep step(long step, int[] examples, float[][] gradients) {
    return TrainingStep.at(step, step)
        .batchSize(sum(examples))
        .examples(examples)
        .sketches(gradients)
        .build();
  }

  public static TrainingStep norms(
      long step, int[] examples, double[] sqnorms, @Nullable Double gradSqnorm) {
    return TrainingStep.at(step, step)
        .batchSize(sum(examples))
        .examples(examples)
        .sqnorms(sqnorms)
        .gradSqnorm(gradSqnorm)
        .build();
  }

  public static int sum(int[] x) {
    int sum = 0;
    for (int v : x) {
      sum += v;
    }
    return sum;
  }

  /** mean + sd_i·N(0, 1)/√examples in every element. */
  public static float[] normal(SplittableRandom random, double[] mean, double[] sds, int examples) {
    float[] g = new float[mean.length];
    double scale = 1 / Math.sqrt(examples);
    for (int i = 0; i < g.length; i++) {
      g[i] = (float) (mean[i] + scale * sds[i] * random.nextGaussian());
    }
    return g;
  }

  public static double[] filled(int n, double value) {
    double[] x = new double[n];
    java.util.Arrays.fill(x, value);
    return x;
  }

  public interface Writer {
    void writeTo(DataOutput out) throws IOException;
  }

  public interface Reader {
    void readFrom(DataInput in) throws IOException;
  }

  public static byte[] bytes(Writer state) {
    try {
      var bytes = new ByteArrayOutputStream();
      state.writeTo(new DataOutputStream(bytes));
      return bytes.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static void copy(Writer from, Reader to) {
    try {
      var in = new DataInputStream(new ByteArrayInputStream(bytes(from)));
      to.readFrom(in);
      if (in.read() >= 0) {
        throw new AssertionError("state was not read to its end");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
