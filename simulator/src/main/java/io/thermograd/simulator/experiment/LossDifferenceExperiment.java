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
import io.thermograd.theory.LossDifference;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Trained networks of several widths and depths, looked at near their end points with one more
 * example at a time: |L_{k+1} − L_k| averaged over orders, its 1/k law, and the bounds.
 */
final class LossDifferenceExperiment implements Experiment {
  private static final int LAYERS = 5;
  private static final int WIDTH = 16;
  private static final double RADIUS = 0.1;
  private static final int STEPS = 300;

  /** Examples whose Hessians are looked at: those of the largest loss. */
  private static final int HESSIANS = 3;

  /**
   * Narrow deep networks without biases are often dead from the start, and give every example the
   * same loss: they are started again until they are right more often than this.
   */
  private static final double ALIVE = 0.3;

  private static final int MOST_STARTS = 30;

  @Override
  public String name() {
    return "loss-difference";
  }

  @Override
  public String title() {
    return "Loss difference against sample size";
  }

  @Override
  public String question() {
    return "Does one more example move the mean loss by (mean absolute deviation of the losses)/(k+1),"
        + " for every width and depth, and do the bounds 2(M_ℓ + M_H R²)/(k+1) hold? ReLU networks"
        + " without biases on digits, at distance R = "
        + RADIUS
        + " from where training ended.";
  }

  @Override
  public Findings run(Setting setting) {
    Dataset digits = Digits.load();
    int[] widths = setting.quick() ? new int[] {4, WIDTH, 64} : new int[] {4, 8, WIDTH, 32, 64};
    int[] depths =
        setting.quick() ? new int[] {1, LAYERS, 10} : new int[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
    List<Shape> shapes = new ArrayList<>();
    for (int h : widths) {
      shapes.add(new Shape(h, LAYERS));
    }
    for (int depth : depths) {
      if (depth != LAYERS) {
        shapes.add(new Shape(WIDTH, depth));
      }
    }
    List<Curve> curves =
        setting.workers().map(shapes.size(), i -> curve(digits, shapes.get(i), setting));
    List<Row> rows = new ArrayList<>();
    for (Curve curve : curves) {
      addRows(curve, rows);
    }
    List<Curve> byWidth = curves.stream().filter(c -> c.shape.layers == LAYERS).toList();
    List<Curve> byDepth =
        curves.stream()
            .filter(c -> c.shape.width == WIDTH)
            .sorted((a, b) -> Integer.compare(a.shape.layers, b.shape.layers))
            .toList();
    return new Findings(
        rows,
        List.of(
            curves("width, %d hidden layers".formatted(LAYERS), byWidth),
            curves("depth, width %d".formatted(WIDTH), byDepth),
            bounds(byDepth)),
        remarks(curves));
  }

  private static void addRows(Curve curve, List<Row> rows) {
    String shape = curve.shape.toString();
    rows.add(
        new Row(
            "slope of log|ΔL| on log(k+1), " + shape, -1, curve.slope, Requirement.within(0.05)));
    rows.add(
        new Row("(k+1)·|ΔL|, " + shape, curve.deviation, curve.scaled, Requirement.within(0.05)));
    rows.add(
        new Row(
            "largest (k+1)·|ΔL| over M_ℓ, " + shape,
            1,
            Measured.exact(curve.largest / curve.largestHere),
            Requirement.between(0, 1)));
    rows.add(bound(curve, "constant √2 in print", curve.published));
    rows.add(bound(curve, "sharp constant ½", curve.sharp));
    rows.add(bound(curve, "proven for the whole Hessian", curve.proven));
    rows.add(
        new Row(
            "largest ‖∇²ℓ_i‖₂ over the proven bound, " + shape,
            1,
            Measured.exact(curve.hessian / curve.proven),
            Requirement.between(0, 1)));
    rows.add(
        new Row(
            "largest ‖∇²ℓ_i‖₂ over the bound in print with ½, " + shape,
            1,
            Measured.exact(curve.hessian / curve.sharp),
            Requirement.none()));
  }

  private static Row bound(Curve curve, String name, double hessianBound) {
    double bound = LossDifference.bound(curve.largestAtEnd, hessianBound, RADIUS, 0);
    return new Row(
        "largest (k+1)·|ΔL| over its bound, %s, %s".formatted(name, curve.shape),
        1,
        Measured.exact(curve.largest / bound),
        Requirement.between(0, 1));
  }

  private static Plot curves(String what, List<Curve> curves) {
    List<Plot.Series> series = new ArrayList<>();
    for (Curve curve : curves) {
      series.add(Plot.Series.line(curve.shape.toString(), curve.counts, curve.differences));
      double[] fitted =
          Arrays.stream(curve.counts)
              .map(count -> LossDifference.expected(curve.deviation, Math.round(count) - 1))
              .toArray();
      series.add(Plot.Series.line(curve.shape + ", predicted", curve.counts, fitted));
    }
    return new Plot(
        "One more example, by " + what,
        new Plot.Axis("examples k+1", true),
        new Plot.Axis("|L_{k+1} − L_k|, loss", true),
        series);
  }

  private static Plot bounds(List<Curve> curves) {
    double[] depths = curves.stream().mapToDouble(c -> c.shape.layers).toArray();
    return new Plot(
        "Bounds of the Hessian's norm by depth, width " + WIDTH,
        new Plot.Axis("hidden layers", false),
        new Plot.Axis("‖∇²ℓ‖₂, loss/param²", true),
        List.of(
            Plot.Series.line(
                "in print, √2", depths, curves.stream().mapToDouble(c -> c.published).toArray()),
            Plot.Series.line(
                "in print, ½", depths, curves.stream().mapToDouble(c -> c.sharp).toArray()),
            Plot.Series.line(
                "proven", depths, curves.stream().mapToDouble(c -> c.proven).toArray()),
            Plot.Series.points(
                "largest found",
                depths,
                curves.stream().map(c -> Measured.exact(c.hessian)).toList())));
  }

  private static List<String> remarks(List<Curve> curves) {
    List<String> remarks = new ArrayList<>();
    for (Curve curve : curves) {
      remarks.add(
          "%s: loss %.3f, accuracy %.3f after %d starts; one more example moves the loss by less than 0.001 from k = %.0f on."
              .formatted(
                  curve.shape,
                  curve.loss,
                  curve.accuracy,
                  curve.starts,
                  LossDifference.sufficientExamples(curve.deviation, 1e-3)));
    }
    remarks.add(
        "The bound in print is for the Gauss–Newton term only, and proven where every layer's norm is"
            + " at least 1.");
    return remarks;
  }

  /** All hidden layers of one width. */
  private record Shape(int width, int layers) {
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
  private record Curve(
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
      double hessian) {}

  private static Curve curve(Dataset digits, Shape shape, Setting setting) {
    Mlp network = shape.network();
    Evaluator evaluator = new Evaluator(network, digits);
    int starts = 1;
    double[] end = train(evaluator, setting.seed());
    while (evaluator.accuracy(rounded(end)) < ALIVE && starts < MOST_STARTS) {
      end = train(evaluator, setting.seed() + 1_000_003L * starts);
      starts++;
    }
    double[] theta = displaced(end, setting.seed());
    double[] losses = losses(evaluator, rounded(theta));
    double[] endLosses = losses(evaluator, rounded(end));
    SampleCurve sample = SampleCurve.of(losses, setting.size(2_000, 10_000), setting.seed());

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
    return new Curve(
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
