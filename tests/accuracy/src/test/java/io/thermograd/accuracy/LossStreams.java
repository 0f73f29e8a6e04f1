package io.thermograd.accuracy;

import io.thermograd.estimate.step.Motion;
import io.thermograd.estimate.step.TrainingStep;
import java.util.SplittableRandom;

/**
 * Streams of healthy steps whose law is known: a loss, and a gradient that is noise. None of them
 * ever diverges.
 */
enum LossStreams {
  NORMAL("normal, sd 0.3 of 1"),
  AR_90("AR(1) 0.9, sd 0.1 of 1"),
  AR_99("AR(1) 0.99, sd 0.1 of 1"),
  AR_999("AR(1) 0.999, sd 0.1 of 1"),
  THERMAL("squares of AR(1) 0.95: one soft direction"),
  LOGNORMAL("lognormal, σ = 1"),
  STUDENT("Student, 3 degrees"),
  HETEROSCEDASTIC("variance of loss and gradient wanders, log-AR(1) 0.99, sd 0.5"),
  FALLING("falling e^(−t/3,000) to 0.05, noise 20 %"),
  SPIKES("batches of 10 to 100 times the loss and gradient, 1 in 300");

  /** What a run says of its gradient. */
  enum Told {
    SKETCHES,
    NORMS,
    NOTHING
  }

  static final int DIM = 8;

  final String what;

  LossStreams(String what) {
    this.what = what;
  }

  /** One run. */
  final class Run {
    private final SplittableRandom random;
    private final Told told;
    private double state;
    private long step;

    Run(long seed, Told told) {
      random = new SplittableRandom(seed);
      this.told = told;
    }

    TrainingStep next() {
      double variance = 1;
      double loss =
          switch (LossStreams.this) {
            case NORMAL -> 1 + 0.3 * random.nextGaussian();
            case AR_90 -> 1 + 0.1 * wander(0.9) + 0.05 * random.nextGaussian();
            case AR_99 -> 1 + 0.1 * wander(0.99) + 0.05 * random.nextGaussian();
            case AR_999 -> 1 + 0.1 * wander(0.999) + 0.05 * random.nextGaussian();
            case THERMAL -> 0.1 + square(wander(0.95));
            case LOGNORMAL -> Math.exp(random.nextGaussian());
            case STUDENT -> 1 + 0.2 * random.nextGaussian() / Math.sqrt(chiSquare(3) / 3);
            case HETEROSCEDASTIC -> {
              double scale = Math.exp(0.5 * wander(0.99));
              variance = scale * scale;
              yield 1 + 0.3 * scale * random.nextGaussian();
            }
            case FALLING ->
                (0.05 + 5 * Math.exp(-(step % 20_000) / 3000.0))
                    * (1 + 0.2 * random.nextGaussian());
            case SPIKES -> {
              variance = random.nextInt(300) == 0 ? Math.pow(10, random.nextDouble(1, 2)) : 1;
              yield variance * (1 + 0.1 * random.nextGaussian());
            }
          };
      return steps(loss, variance);
    }

    private TrainingStep steps(double loss, double variance) {
      float[][] sketches = new float[0][];
      Double sqnorm = null;
      if (told != Told.NOTHING) {
        float[] g = new float[DIM];
        double sum = 0;
        for (int i = 0; i < DIM; i++) {
          g[i] = (float) (Math.sqrt(variance / DIM) * random.nextGaussian());
          sum += (double) g[i] * g[i];
        }
        sqnorm = sum;
        if (told == Told.SKETCHES) {
          sketches = new float[][] {g};
        }
      }
      int[] examples = new int[sketches.length];
      java.util.Arrays.fill(examples, 1);
      // Every step is about as long as the parameters: their length excuses no alarm.
      Motion motion =
          sketches.length == 0 ? Motion.UNKNOWN : new Motion(unit(), Math.max(1, variance), null);
      return TrainingStep.at(step, step++)
          .loss(loss)
          .learningRate(0.1)
          .batchSize(1)
          .examples(examples)
          .sketches(sketches)
          .gradSqnorm(sqnorm)
          .motion(motion)
          .build();
    }

    private static float[] unit() {
      float[] theta = new float[DIM];
      theta[0] = 1;
      return theta;
    }

    /** A stationary AR(1) of unit variance. */
    private double wander(double memory) {
      if (step == 0) {
        state = random.nextGaussian();
      }
      state = memory * state + Math.sqrt(1 - memory * memory) * random.nextGaussian();
      return state;
    }

    private double chiSquare(int degrees) {
      double sum = 0;
      for (int i = 0; i < degrees; i++) {
        sum += square(random.nextGaussian());
      }
      return sum;
    }

    private static double square(double x) {
      return x * x;
    }
  }
}
