package io.thermograd.detect.divergence;

import static io.thermograd.detect.divergence.Overshoot.Swing.BEYOND_RETURN;
import static io.thermograd.detect.divergence.Overshoot.Swing.GROWS;
import static io.thermograd.detect.divergence.Overshoot.Swing.NONE;
import static io.thermograd.detect.divergence.Overshoot.Swing.RAISED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.thermograd.detect.States;
import io.thermograd.estimate.step.Motion;
import io.thermograd.estimate.step.RunSettings;
import io.thermograd.estimate.step.TrainingStep;
import io.thermograd.wire.proto.RunStarted.Optimizer;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OvershootTest {
  private static final int WIDTH = 20;

  private static RunSettings settings(Optimizer optimizer, double momentum) {
    return RunSettings.of(optimizer).withMomentum(momentum);
  }

  private static Overshoot overshoot(double momentum) {
    return new Overshoot(settings(momentum == 0 ? Optimizer.SGD : Optimizer.MOMENTUM, momentum));
  }

  private static TrainingStep step(float[] gradient, float[] theta, @Nullable Double updateSqnorm) {
    return TrainingStep.at(0, 0)
        .loss(1.0)
        .learningRate(0.1)
        .batchSize(1)
        .examples(new int[] {1})
        .sketches(new float[][] {gradient})
        .motion(new Motion(theta, updateSqnorm, null))
        .build();
  }

  /** A network of layers whose units are multiplied one by one, f = Σ_i Π_l w_li/√n, loss f²/2. */
  private static final class Product {
    private final int layers;
    private final double beta;
    private final float[] theta;
    private final double[] velocity;
    private final double rate;
    private final double size;

    /**
     * @param excess of the learning rate over the limit
     */
    Product(int layers, double beta, double excess, long seed) {
      this.layers = layers;
      this.beta = beta;
      SplittableRandom random = new SplittableRandom(seed);
      theta = new float[layers * WIDTH];
      for (int i = 0; i < theta.length; i++) {
        theta[i] = (float) random.nextGaussian();
      }
      // Newton's steps to f = 10⁻³, so that growth begins where all is linear.
      for (int i = 0; i < 50; i++) {
        double[] slope = slope();
        double f = value();
        for (int j = 0; j < theta.length; j++) {
          theta[j] -= (float) ((f - 1e-3) * slope[j] / square(slope));
        }
      }
      rate = 2 * (1 + beta) * (1 + excess) / square(slope());
      velocity = new double[theta.length];
      size = Math.sqrt(square(theta));
    }

    private double value() {
      double sum = 0;
      for (int i = 0; i < WIDTH; i++) {
        sum += product(i, -1);
      }
      return sum / Math.sqrt(WIDTH);
    }

    private double product(int unit, int without) {
      double product = 1;
      for (int l = 0; l < layers; l++) {
        product *= l == without ? 1 : theta[l * WIDTH + unit];
      }
      return product;
    }

    private double[] slope() {
      double[] slope = new double[theta.length];
      for (int j = 0; j < slope.length; j++) {
        slope[j] = product(j % WIDTH, j / WIDTH) / Math.sqrt(WIDTH);
      }
      return slope;
    }

    /** Takes a step, and shows it. */
    TrainingStep next() {
      float[] before = theta.clone();
      double[] slope = slope();
      double f = value();
      float[] gradient = new float[theta.length];
      double update = 0;
      for (int j = 0; j < theta.length; j++) {
        gradient[j] = (float) (f * slope[j]);
        velocity[j] = beta * velocity[j] - rate * f * slope[j];
        theta[j] += (float) velocity[j];
        update += velocity[j] * velocity[j];
      }
      return step(gradient, before, update);
    }

    private static double square(double[] x) {
      double sum = 0;
      for (double v : x) {
        sum += v * v;
      }
      return sum;
    }

    private static double square(float[] x) {
      double sum = 0;
      for (double v : x) {
        sum += v * v;
      }
      return sum;
    }
  }

  @ParameterizedTest
  @CsvSource({
    "2, 0, 0.02",
    "2, 0, 0.1",
    "2, 0, 0.25",
    "2, 0, 0.5",
    "2, 0, 0.8",
    "2, 0.5, 0.1",
    "2, 0.5, 0.25",
    "2, 0.9, 0.02",
    "2, 0.9, 0.05",
    "3, 0, 0.02",
    "3, 0, 0.25",
    "3, 0, 0.8",
    "3, 0.9, 0.05",
    "5, 0, 0.1",
    "5, 0, 0.8",
    "5, 0.9, 0.05"
  })
  void catapultsTurnRoundBeforeTheLengthThatIsTheirs(int layers, double beta, double excess) {
    for (int seed = 0; seed < 10; seed++) {
      Product net = new Product(layers, beta, excess, seed);
      Overshoot overshoot = overshoot(beta);
      GradientSignal gradient = new GradientSignal();
      TrainingStep first = net.next();
      gradient.accept(first);
      overshoot.accept(first, gradient, false, false);
      double longest = 0;
      double largestRatio = 0;
      for (int t = 1; t < 3_000; t++) {
        TrainingStep step = net.next();
        gradient.accept(step);
        overshoot.accept(step, gradient, true, false);
        Double update = step.motion().updateSqnorm();
        assertThat(update).isNotNull().isLessThan(1e4);
        assertThat(overshoot.swing()).as("seed %d, step %d", seed, t).isNotEqualTo(BEYOND_RETURN);
        assertThat(overshoot.extent()).isNotEqualTo(Overshoot.Extent.BEYOND_CATAPULTS);
        longest = Math.max(longest, Math.sqrt(update) / net.size);
        if (t > 5) {
          largestRatio = Math.max(largestRatio, gradient.ratio());
        }
      }
      assertThat(longest).isGreaterThan(3e-4).isLessThan(2);
      assertThat(longest / Overshoot.turningLength(largestRatio, beta)).isBetween(0.0, 0.75);
    }
  }

  @Test
  void turningLengthsOfTwoLayersAreThoseOfTheirRecursion() {
    // Without momentum: κ′/κ = 1 − r²(4 − ηκ)/ηκ each step, so that after r, r/ρ, r/ρ², … the
    // share (3 − ρ)/((1 + ρ)(ρ² − 1)) r² is gone, and growth ends when it is e/(1 + e).
    for (double rho : new double[] {1.01, 1.1, 1.5, 2, 2.9}) {
      double e = (rho - 1) / 2;
      double share = (3 - rho) / ((1 + rho) * (rho * rho - 1));
      assertThat(Overshoot.turningLength(rho, 0))
          .isCloseTo(Math.sqrt(e / (1 + e) / share), within(1e-9));
    }
    assertThat(Overshoot.turningLength(3, 0)).isInfinite();
    assertThat(Overshoot.turningLength(1.1, 0.9)).isLessThan(Overshoot.turningLength(1.1, 0));
  }

  /** A bowl with batch noise: the steep direction, and seven others in which there is noise. */
  private static int firstPage(double beta, double excess, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Overshoot overshoot = overshoot(beta);
    GradientSignal gradient = new GradientSignal();
    float[] theta = new float[8];
    theta[1] = 1;
    double[] velocity = new double[8];
    for (int t = -50; t < 2_000; t++) {
      double rate = (t < 0 ? 0.5 : 1 + excess) * 2 * (1 + beta);
      float[] g = new float[8];
      float[] before = theta.clone();
      double update = 0;
      for (int i = 0; i < 8; i++) {
        g[i] = (float) ((i == 0 ? theta[0] : 0) + 1e-3 * random.nextGaussian());
        velocity[i] = beta * velocity[i] - rate * g[i];
        theta[i] += (float) velocity[i];
        update += velocity[i] * velocity[i];
      }
      TrainingStep step = step(g, before, update);
      gradient.accept(step);
      overshoot.accept(step, gradient, t >= 0 && t < 32, t >= 32);
      if (overshoot.swing() == BEYOND_RETURN) {
        // Proved to grow, it is not within the limit.
        assertThat(overshoot.extent()).isNotEqualTo(Overshoot.Extent.WITHIN_LIMIT);
        return t;
      }
    }
    return -1;
  }

  @ParameterizedTest
  @CsvSource({"0, 0.05", "0, 0.5", "0, 1", "0.9, 0.05", "0.9, 0.5"})
  void bowlsAreLeftForGood(double beta, double excess) {
    // ρ solves ρ + β/ρ = 2(1+β)(1+e) − (1+β); from 10⁻³ to half of ‖θ‖, and twice over.
    double sum = 2 * (1 + beta) * (1 + excess) - (1 + beta);
    double rho = (sum + Math.sqrt(sum * sum - 4 * beta)) / 2;
    for (int seed = 0; seed < 20; seed++) {
      assertThat(firstPage(beta, excess, seed))
          .isPositive()
          .isLessThan((int) (Math.log(1e4) / Math.log(rho)) + 16);
    }
  }

  @ParameterizedTest
  @CsvSource({"0, -0.5", "0, -0.1", "0, -0.02", "0.9, -0.5", "0.9, -0.1", "0.9, -0.02"})
  void bowlsBelowTheLimitAreNot(double beta, double excess) {
    for (int seed = 0; seed < 20; seed++) {
      assertThat(firstPage(beta, excess, seed)).isNegative();
    }
  }

  @Test
  void turnsThatDoNotGrowWinOnceInSixtyFour() {
    // The gradient turns and is longer or shorter by chance; steps are as long as the parameters.
    int stretches = 4_000;
    int pages = 0;
    SplittableRandom random = new SplittableRandom(1);
    for (int s = 0; s < stretches; s++) {
      Overshoot overshoot = overshoot(0);
      GradientSignal gradient = new GradientSignal();
      double x = 1;
      boolean page = false;
      for (int t = 0; t < 300 && !page; t++) {
        TrainingStep step = step(new float[] {(float) x, 0}, new float[] {1, 0}, 1.0);
        gradient.accept(step);
        overshoot.accept(step, gradient, t > 0, false);
        page = overshoot.swing() == BEYOND_RETURN;
        double log = 0.02 * random.nextGaussian();
        x *= -(1 + log);
      }
      pages += page ? 1 : 0;
    }
    double expected = stretches / 64.0;
    assertThat((double) pages).isBetween(1.0, expected + 3 * Math.sqrt(expected));
  }

  @Test
  void growthByTurningIsSeenFor128StepsAfterARaise() {
    Overshoot overshoot = overshoot(0);
    GradientSignal gradient = new GradientSignal();
    float[] turned = {1, -1, 1.2f, -1.4f, 1.4f, 1.4f};
    Overshoot.Swing[] expected = {NONE, NONE, NONE, NONE, NONE, NONE};
    Overshoot.Swing[] afterRaise = {NONE, RAISED, RAISED, GROWS, RAISED, NONE};
    for (int t = 0; t < 6 + 2 * 150; t++) {
      // Once before any raise, once right after one, and once when it is long ago.
      int i = t % 6;
      boolean quiet = t < 6 || t >= 6 + 150;
      TrainingStep step = step(new float[] {turned[i], 0}, new float[] {10, 0}, 1e-4);
      gradient.accept(step);
      overshoot.accept(step, gradient, t >= 6 && t < 38, false);
      if (quiet || t < 12) {
        assertThat(overshoot.swing())
            .as("step %d", t)
            .isEqualTo((quiet ? expected : afterRaise)[i]);
      }
    }
  }

  /** Growth by instability is along one direction; without one, it is a walk. */
  @Test
  void gradientsThatNeitherTurnNorAgreeWander() {
    SplittableRandom random = new SplittableRandom(7);
    for (int sign = -1; sign <= 1; sign++) {
      Overshoot overshoot = overshoot(0);
      GradientSignal gradient = new GradientSignal();
      float[] theta = new float[WIDTH];
      theta[0] = 1;
      for (int t = 0; t < 64; t++) {
        float[] g = new float[WIDTH];
        for (int i = 0; i < WIDTH; i++) {
          double along = sign == 0 ? random.nextGaussian() : Math.pow(sign, t);
          g[i] = (float) (Math.pow(1.05, t) * along);
        }
        TrainingStep step = step(g, theta, 0.01);
        gradient.accept(step);
        overshoot.accept(step, gradient, false, true);
      }
      assertThat(overshoot.extent() == Overshoot.Extent.WANDERS).isEqualTo(sign == 0);
    }
  }

  @Test
  void saysNothingWithoutWhatItNeeds() {
    for (Overshoot overshoot :
        new Overshoot[] {
          new Overshoot(settings(Optimizer.ADAM, 0.9)),
          new Overshoot(RunSettings.of(Optimizer.MOMENTUM)),
          overshoot(0)
        }) {
      GradientSignal gradient = new GradientSignal();
      for (int t = 0; t < 100; t++) {
        float x = (float) (1e-3 * Math.pow(-1.5, t));
        TrainingStep step = step(new float[] {x, 0}, new float[0], (double) x * x);
        gradient.accept(step);
        overshoot.accept(step, gradient, t > 5, false);
        assertThat(overshoot.swing()).isNotEqualTo(BEYOND_RETURN);
      }
    }
  }

  @Test
  void goesOnBitForBitAfterARestore() {
    Product net = new Product(2, 0, 0.5, 1);
    GradientSignal gradient = new GradientSignal();
    Overshoot whole = overshoot(0);
    for (int t = 0; t < 40; t++) {
      TrainingStep step = net.next();
      gradient.accept(step);
      Overshoot restored = overshoot(0);
      States.copy(whole::writeTo, restored::readFrom);
      whole.accept(step, gradient, t > 3 && t < 20, t > 15);
      restored.accept(step, gradient, t > 3 && t < 20, t > 15);
      assertThat(States.bytes(restored::writeTo)).isEqualTo(States.bytes(whole::writeTo));
    }
  }
}
