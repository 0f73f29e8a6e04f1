package io.thermograd.simulator.experiment;

import io.thermograd.simulator.data.Dataset;
import io.thermograd.simulator.data.Digits;
import io.thermograd.simulator.model.Curvature;
import io.thermograd.simulator.model.Eigenpairs;
import io.thermograd.simulator.model.Evaluator;
import io.thermograd.simulator.model.Lanczos;
import io.thermograd.simulator.model.Layer;
import io.thermograd.simulator.model.Mlp;
import io.thermograd.simulator.model.SymmetricOperator;
import io.thermograd.simulator.optimize.LearningRate;
import io.thermograd.simulator.optimize.OptimizerSettings;
import io.thermograd.simulator.random.SplitMix64;
import io.thermograd.simulator.train.Batches;
import io.thermograd.simulator.train.ObjectiveSource;
import io.thermograd.simulator.train.SamplingScheme;
import io.thermograd.simulator.train.Trainer;
import io.thermograd.simulator.train.TrainingPlan;
import io.thermograd.theory.HessianBound;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What one network shows.
 *
 * @param counts k+1, spaced evenly in its logarithm
 * @param differences |L_{k+1} − L_k|, averaged over orders and neighbouring k
 * @param scaled (k+1)|ΔL|, over all orders
 * @param largest the same, its largest
 * @param deviation mean absolute deviation of the losses
 * @param largestHere M_ℓ at this θ
 * @param largestAtEnd M_ℓ where training ended
 */
@SuppressWarnings("ArrayRecordComponent") // data to draw, never compared
record LossDifferenceCurve(
    Shape shape,
    int starts,
    double loss,
    double accuracy,
    double[] counts,
    double[] differences,
    Measured slope,
    Measured scaled,
    double largest,
    double deviation,
    double largestHere,
    double largestAtEnd,
    double published,
    double sharp,
    double proven,
    double hessian) {
  /** Distance from where training ended. */
  static final double RADIUS = 0.1;

  private static final int STEPS = 300;

  /** Examples whose Hessians are looked at: those of the largest loss. */
  private static final int HESSIANS = 3;

  /**
   * Narrow deep networks without biases are often dead from the start, and give every example the
   * same loss: they are started again until they are right more often than this.
   */
  private static final double ALIVE = 0.3;

  private static final int MOST_STARTS = 30;

  /** All hidden layers of one width. */
  record Shape(int width, int layers) {
    Mlp network() {
      Integer[] widths = new Integer[layers + 2];
      Arrays.fill(widths, width);
      widths[0] = Digits.FEATURES;
      widths[layers + 1] = Digits.CLASSES;
      return Mlp.relu(widths).withoutBiases();
    }

    @Override
    public String toString() {
      return "h = %d, L = %d".formatted(width, layers);
    }
  }

  /** Trains and looks, with that many orders of the examples. */
  static LossDifferenceCurve of(Dataset digits, Shape shape, int orders, long seed) {
    Mlp network = shape.network();
    Evaluator evaluator = new Evaluator(network, digits);
    int starts = 1;
    double[] end = train(evaluator, seed);
    while (evaluator.accuracy(rounded(end)) < ALIVE && starts < MOST_STARTS) {
      end = train(evaluator, seed + 1_000_003L * starts);
      starts++;
    }
    double[] theta = displaced(end, seed);
    double[] losses = losses(evaluator, rounded(theta));
    double[] endLosses = losses(evaluator, rounded(end));
    SampleCurve sample = SampleCurve.of(losses, orders, seed);

    double[] norms = norms(network, end);
    double inputNorm = 0;
    float[] input = new float[Digits.FEATURES];
    for (int i = 0; i < digits.size(); i++) {
      digits.copyInput(i, input, 0);
      double squares = 0;
      for (float x : input) {
        squares += (double) x * x;
      }
      inputNorm = Math.max(inputNorm, StrictMath.sqrt(squares));
    }
    return new LossDifferenceCurve(
        shape,
        starts,
        Arrays.stream(losses).average().orElseThrow(),
        evaluator.accuracy(rounded(theta)),
        sample.counts(),
        sample.differences(),
        sample.slope(),
        sample.scaled(),
        sample.largest(),
        sample.deviation(),
        Arrays.stream(losses).max().orElseThrow(),
        Arrays.stream(endLosses).max().orElseThrow(),
        HessianBound.stated(norms, inputNorm, HessianBound.PUBLISHED),
        HessianBound.stated(norms, inputNorm, HessianBound.SHARP),
        HessianBound.whole(norms, inputNorm),
        largestHessian(network, digits, end, endLosses));
  }

  private static double[] train(Evaluator evaluator, long seed) {
    float[] start = evaluator.mlp().initialise(seed);
    double[] theta = new double[start.length];
    for (int p = 0; p < theta.length; p++) {
      theta[p] = start[p];
    }
    TrainingPlan plan =
        TrainingPlan.of(
            OptimizerSettings.adam(), LearningRate.constant(3e-3), Batches.of(1, 64), STEPS);
    ObjectiveSource source =
        new ObjectiveSource(evaluator, SamplingScheme.WITHOUT_REPLACEMENT, seed);
    return new Trainer(source, theta, plan, seed).run(step -> {}, () -> false).theta();
  }

  /** θ + R·u with a random direction u. */
  private static double[] displaced(double[] theta, long seed) {
    SplitMix64 random = SplitMix64.stream(seed, 0x44495350L);
    double[] direction = new double[theta.length];
    double squares = 0;
    for (int p = 0; p < direction.length; p++) {
      direction[p] = random.nextGaussian();
      squares += direction[p] * direction[p];
    }
    for (int p = 0; p < direction.length; p++) {
      direction[p] = theta[p] + RADIUS * direction[p] / StrictMath.sqrt(squares);
    }
    return direction;
  }

  private static double[] losses(Evaluator evaluator, float[] theta) {
    double[] losses = new double[evaluator.examples()];
    int[] one = new int[1];
    for (int i = 0; i < losses.length; i++) {
      one[0] = i;
      losses[i] = evaluator.loss(theta, one, 0, 1);
    }
    return losses;
  }

  /** ‖W_p‖₂ of every layer. */
  private static double[] norms(Mlp network, double[] theta) {
    List<Layer> layers = network.layers();
    double[] norms = new double[layers.size()];
    for (int l = 0; l < norms.length; l++) {
      Layer layer = layers.get(l);
      double[][] square = new double[layer.outputs()][layer.outputs()];
      for (int i = 0; i < layer.inputs(); i++) {
        int row = layer.offset() + i * layer.outputs();
        for (int a = 0; a < layer.outputs(); a++) {
          for (int b = 0; b < layer.outputs(); b++) {
            square[a][b] += theta[row + a] * theta[row + b];
          }
        }
      }
      norms[l] = StrictMath.sqrt(Eigenpairs.of(square).largest());
    }
    return norms;
  }

  /** The largest ‖∇²ℓ_i‖₂ among the examples of largest loss. */
  private static double largestHessian(
      Mlp network, Dataset digits, double[] theta, double[] losses) {
    int[] order =
        IntStream.range(0, losses.length)
            .boxed()
            .sorted((i, j) -> Double.compare(losses[j], losses[i]))
            .mapToInt(Integer::intValue)
            .toArray();
    double largest = 0;
    for (int i = 0; i < HESSIANS; i++) {
      SymmetricOperator hessian = Curvature.at(network, digits, theta, order[i]).hessian();
      largest = Math.max(largest, Lanczos.top(hessian, 1, 1e-4, 60).largest());
    }
    return largest;
  }

  private static float[] rounded(double[] theta) {
    float[] rounded = new float[theta.length];
    for (int p = 0; p < rounded.length; p++) {
      rounded[p] = (float) theta[p];
    }
    return rounded;
  }
}
