package io.thermograd.simulator.experiment;

import io.thermograd.simulator.data.Dataset;
import io.thermograd.simulator.data.Digits;
import io.thermograd.simulator.model.Curvature;
import io.thermograd.simulator.model.Eigenpairs;
import io.thermograd.simulator.model.Evaluator;
import io.thermograd.simulator.model.ExactSpectrum;
import io.thermograd.simulator.model.Mlp;
import io.thermograd.simulator.train.BatchSampler;
import io.thermograd.simulator.train.SamplingScheme;
import io.thermograd.theory.Temperature;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Mini-batch gradients of a network in the middle of its training, drawn thousands of times at the
 * same θ, against the covariance cΣ/B with Σ enumerated over all examples: its trace, and its
 * values along the leading eigenvectors.
 */
final class NoiseScalingExperiment implements Experiment {
  private static final Mlp NETWORK = Mlp.relu(Digits.FEATURES, 16, Digits.CLASSES);
  private static final int[] QUICK_SIZES = {1, 4, 16, 64, 256};
  private static final int[] FULL_SIZES = {1, 4, 16, 64, 256, 1024};
  private static final int DIRECTIONS = 5;
  private static final int TRAINING_STEPS = 60;
  private static final int PARTS = 8;

  @Override
  public String name() {
    return "noise-scaling";
  }

  @Override
  public String title() {
    return "Noise covariance of mini-batches";
  }

  @Override
  public String question() {
    return "Is the covariance of a mini-batch gradient cΣ/B, with c = 1 when examples are drawn with"
        + " replacement and (n−B)/(n−1) without? Gradients of random batches of digits, at one θ,"
        + " against Σ enumerated over every example: the trace, and along its leading"
        + " eigenvectors.";
  }

  @Override
  public Findings run(Setting setting) {
    Dataset digits = Digits.load();
    float[] theta =
        DigitsTraining.steps(
            new Evaluator(NETWORK, digits), 0.1, 32, TRAINING_STEPS, setting.seed());
    Curvature truth = Curvature.at(NETWORK, digits, theta);
    ExactSpectrum spectrum = ExactSpectrum.at(truth);
    Eigenpairs top = spectrum.top(DIRECTIONS);
    int[] sizes = setting.quick() ? QUICK_SIZES : FULL_SIZES;
    int draws = setting.size(4_000, 20_000);

    List<Row> rows = new ArrayList<>();
    List<Plot.Series> traces = new ArrayList<>();
    List<Plot.Series> directions = new ArrayList<>();
    for (SamplingScheme scheme : SamplingScheme.values()) {
      boolean distinct = scheme == SamplingScheme.WITHOUT_REPLACEMENT;
      String how = distinct ? "without replacement" : "with replacement";
      double[] x = Arrays.stream(sizes).asDoubleStream().toArray();
      double[] predicted = new double[sizes.length];
      List<Measured> measured = new ArrayList<>();
      double[][] shares = new double[DIRECTIONS][sizes.length * draws];
      for (int s = 0; s < sizes.length; s++) {
        int size = sizes[s];
        double c = distinct ? Temperature.finitePopulationFactor(digits.size(), size) : 1;
        predicted[s] = c * spectrum.trace() / size;
        Draws sample = draw(setting, digits, theta, truth, top, scheme, size, draws);
        measured.add(Intervals.mean(sample.squares));
        rows.add(
            new Row(
                "tr Cov, %s, B = %d".formatted(how, size),
                predicted[s],
                measured.get(s),
                Requirement.within(0.02)));
        for (int i = 0; i < DIRECTIONS; i++) {
          for (int r = 0; r < draws; r++) {
            double projection = sample.projections[i][r];
            shares[i][s * draws + r] = projection * projection * size / (c * top.values()[i]);
          }
        }
      }
      double[] index = new double[DIRECTIONS];
      List<Measured> along = new ArrayList<>();
      for (int i = 0; i < DIRECTIONS; i++) {
        index[i] = i + 1;
        Measured share = Intervals.mean(shares[i]);
        along.add(share.times(top.values()[i]));
        rows.add(
            new Row(
                "B·Var(u%d·ḡ)/c, %s, all B".formatted(i + 1, how),
                top.values()[i],
                along.get(i),
                Requirement.within(setting.quick() ? 0.05 : 0.02)));
      }
      if (!distinct) {
        Fits.Line line = Fits.powerLaw(x, measured.stream().mapToDouble(Measured::value).toArray());
        rows.add(
            new Row(
                "slope of log tr Cov on log B, " + how,
                -1,
                line.slope(),
                Requirement.within(0.02)));
      } else {
        int last = sizes.length - 1;
        rows.add(
            new Row(
                "tr Cov, %s, B = %d, without the factor c".formatted(how, sizes[last]),
                spectrum.trace() / sizes[last],
                measured.get(last),
                Requirement.none()));
      }
      traces.add(Plot.Series.line("cΣ/B, " + how, x, predicted));
      traces.add(Plot.Series.points(how, x, measured));
      directions.add(Plot.Series.points(how, index, along));
      if (distinct) {
        directions.add(Plot.Series.line("eigenvalue of Σ", index, top.values()));
      }
    }
    return new Findings(
        rows,
        List.of(
            new Plot(
                "Noise of a mini-batch gradient",
                new Plot.Axis("batch size B, examples", true),
                new Plot.Axis("tr Cov(ḡ), (loss/param)²", true),
                traces),
            new Plot(
                "Noise of one example along the eigenvectors of Σ",
                new Plot.Axis("eigenvector", false),
                new Plot.Axis("B·Var(u·ḡ)/c, (loss/param)²", true),
                directions)),
        List.of(
            "θ: a %s ReLU network after %d steps, loss %.3f; n = %d, tr Σ = %.4g, d_eff = %.1f."
                .formatted(
                    NETWORK.shape(),
                    TRAINING_STEPS,
                    truth.loss(),
                    digits.size(),
                    spectrum.trace(),
                    spectrum.trace() * spectrum.trace() / spectrum.traceOfSquare()),
            "%,d batches a row; Σ and its eigenvectors come from all n examples in float64."
                .formatted(draws)));
  }

  /**
   * @param squares ‖ḡ − G‖² of each draw
   * @param projections u_i·(ḡ − G), direction by direction
   */
  private record Draws(double[] squares, double[][] projections) {}

  private static Draws draw(
      Setting setting,
      Dataset digits,
      float[] theta,
      Curvature truth,
      Eigenpairs top,
      SamplingScheme scheme,
      int size,
      int draws) {
    double[] mean = truth.gradient();
    Draws all = new Draws(new double[draws], new double[top.size()][draws]);
    setting
        .workers()
        .map(
            PARTS,
            part -> {
              Evaluator evaluator = new Evaluator(NETWORK, digits);
              long seed = setting.seed() * 1_000_003 + size * 101L + part;
              BatchSampler sampler = BatchSampler.of(scheme, digits.size(), seed);
              int[] batch = new int[size];
              float[] gradient = new float[mean.length];
              for (int r = part * draws / PARTS; r < (part + 1) * draws / PARTS; r++) {
                sampler.next(batch);
                evaluator.gradient(theta, batch, 0, size, gradient);
                for (int p = 0; p < mean.length; p++) {
                  double noise = gradient[p] - mean[p];
                  all.squares[r] += noise * noise;
                  for (int i = 0; i < top.size(); i++) {
                    all.projections[i][r] += top.vectors()[i][p] * noise;
                  }
                }
              }
              return part;
            });
    return all;
  }
}
