package io.thermograd.simulator.experiment;

import io.thermograd.simulator.data.Dataset;
import io.thermograd.simulator.data.Digits;
import io.thermograd.simulator.data.Split;
import io.thermograd.simulator.model.Curvature;
import io.thermograd.simulator.model.Evaluator;
import io.thermograd.simulator.model.Lanczos;
import io.thermograd.simulator.model.Layer;
import io.thermograd.simulator.model.Mlp;
import io.thermograd.simulator.model.SymmetricOperator;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * How gradient noise and curvature go together in networks on the digits, and what follows from it
 * for where SGD ends: the full matrices Σ and H of small networks, and the sharpness of solutions
 * that were trained to the same loss with small and with large batches.
 */
final class NoiseCurvatureExperiment implements Experiment {
  private static final int QUICK_EXAMPLES = 600;
  private static final double ETA = 0.1;
  private static final double LOSS = 0.1;

  @Override
  public String name() {
    return "noise-curvature";
  }

  @Override
  public String title() {
    return "Noise and curvature";
  }

  @Override
  public String question() {
    return "Do gradient noise Σ and curvature H share their directions, and do small batches find"
        + " flatter solutions? If the labels were drawn from the network itself, E[ggᵀ] would be"
        + " the Gauss–Newton part of H (information equality). With real labels: alignment"
        + " tr(ΣH)/(‖Σ‖‖H‖), leading eigenvectors and spectra, all enumerated; then λ_max at equal"
        + " training loss against the batch size.";
  }

  @Override
  public Findings run(Setting setting) {
    Dataset digits = Digits.load();
    Dataset data =
        setting.quick()
            ? Split.of(digits, digits.size() - QUICK_EXAMPLES, setting.seed()).train()
            : digits;
    List<Mlp> networks =
        setting.quick()
            ? List.of(Mlp.relu(64, 8, 10))
            : List.of(Mlp.relu(64, 8, 10), Mlp.tanh(64, 8, 10), Mlp.linear(64, 10));
    List<Row> rows = new ArrayList<>();
    List<Plot> plots = new ArrayList<>();
    List<String> remarks = new ArrayList<>();
    for (Mlp mlp : networks) {
      Evaluator evaluator = new Evaluator(mlp, data);
      float[] start = mlp.initialise(setting.seed());
      float[] end = DigitsTraining.toLoss(evaluator, ETA, 32, LOSS, 20_000, 20, setting.seed());
      rows.addAll(informationEquality(mlp, data, end));
      List<Alignment> both =
          setting
              .workers()
              .map(2, i -> Alignment.of(Curvature.at(mlp, data, i == 0 ? start : end)));
      String shape = name(mlp);
      rows.addAll(both.get(0).rows(shape + ", at the start"));
      rows.addAll(both.get(1).rows(shape + ", trained"));
      plots.add(both.get(1).plot(shape));
      remarks.add(
          "%s trained to loss %.3f: tr H = %.3g, tr Σ = %.3g, λ_max = %.3g."
              .formatted(
                  shape,
                  evaluator.loss(end),
                  both.get(1).hessianTrace(),
                  both.get(1).noiseTrace(),
                  both.get(1).curvatures()[0]));
    }
    SharpnessByBatch sharpness = SharpnessByBatch.of(setting, digits, ETA, LOSS);
    rows.addAll(sharpness.rows());
    plots.add(sharpness.plot());
    remarks.addAll(sharpness.remarks());
    return new Findings(rows, plots, remarks);
  }

  /**
   * E[ggᵀ] against the Gauss–Newton term, the expectation taken over the label by the network's own
   * probabilities: its trace, and along the term's first eigenvector.
   */
  private static List<Row> informationEquality(Mlp mlp, Dataset data, float[] theta) {
    SymmetricOperator term = Curvature.at(mlp, data, theta).gaussNewton();
    double[] first = Lanczos.top(term, 1).vectors()[0];
    List<Layer> layers = mlp.layers();
    int biases = layers.get(layers.size() - 1).end() - mlp.classes();
    double[] gradient = new double[mlp.parameterCount()];
    int[] labels = new int[data.size()];
    double trace = 0;
    double along = 0;
    for (int label = 0; label < mlp.classes(); label++) {
      Arrays.fill(labels, label);
      Curvature labelled = Curvature.at(mlp, data.withLabels(labels), theta);
      for (int e = 0; e < labels.length; e++) {
        labelled.exampleGradient(e, gradient);
        // ∂ℓ/∂b = p − e_label
        double probability = gradient[biases + label] + 1;
        double projection = 0;
        double square = 0;
        for (int p = 0; p < gradient.length; p++) {
          projection += gradient[p] * first[p];
          square += gradient[p] * gradient[p];
        }
        trace += probability * square / labels.length;
        along += probability * projection * projection / labels.length;
      }
    }
    String whose = "labels drawn from the %s itself".formatted(name(mlp));
    return List.of(
        new Row(
            "tr E[ggᵀ] against tr Gauss–Newton, " + whose,
            term.trace(),
            Measured.exact(trace),
            Requirement.within(1e-6)),
        new Row(
            "uᵀE[ggᵀ]u along its first eigenvector, " + whose,
            term.quadratic(first),
            Measured.exact(along),
            Requirement.within(1e-6)));
  }

  static String name(Mlp mlp) {
    return mlp.widths().size() == 2
        ? "softmax regression"
        : mlp.activation().name().toLowerCase(Locale.ROOT) + " " + mlp.shape();
  }
}
