package io.thermograd.simulator.experiment;

import io.thermograd.simulator.data.Dataset;
import io.thermograd.simulator.data.Digits;
import io.thermograd.theory.LossDifference;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Trained networks of several widths and depths, looked at near their end points with one more
 * example at a time: |L_{k+1} − L_k| averaged over orders, its 1/k law, and the bounds.
 */
final class LossDifferenceExperiment implements Experiment {
  private static final int LAYERS = 5;
  private static final int WIDTH = 16;
  private static final double RADIUS = LossDifferenceCurve.RADIUS;

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
    List<LossDifferenceCurve.Shape> shapes = new ArrayList<>();
    for (int h : widths) {
      shapes.add(new LossDifferenceCurve.Shape(h, LAYERS));
    }
    for (int depth : depths) {
      if (depth != LAYERS) {
        shapes.add(new LossDifferenceCurve.Shape(WIDTH, depth));
      }
    }
    int orders = setting.size(2_000, 10_000);
    List<LossDifferenceCurve> curves =
        setting
            .workers()
            .map(
                shapes.size(),
                i -> LossDifferenceCurve.of(digits, shapes.get(i), orders, setting.seed()));
    List<Row> rows = new ArrayList<>();
    for (LossDifferenceCurve curve : curves) {
      addRows(curve, rows);
    }
    List<LossDifferenceCurve> byWidth =
        curves.stream().filter(c -> c.shape().layers() == LAYERS).toList();
    List<LossDifferenceCurve> byDepth =
        curves.stream()
            .filter(c -> c.shape().width() == WIDTH)
            .sorted((a, b) -> Integer.compare(a.shape().layers(), b.shape().layers()))
            .toList();
    return new Findings(
        rows,
        List.of(
            curves("width, %d hidden layers".formatted(LAYERS), byWidth),
            curves("depth, width %d".formatted(WIDTH), byDepth),
            bounds(byDepth)),
        remarks(curves));
  }

  private static void addRows(LossDifferenceCurve curve, List<Row> rows) {
    String shape = curve.shape().toString();
    rows.add(
        new Row(
            "slope of log|ΔL| on log(k+1), " + shape, -1, curve.slope(), Requirement.within(0.05)));
    rows.add(
        new Row(
            "(k+1)·|ΔL|, " + shape, curve.deviation(), curve.scaled(), Requirement.within(0.05)));
    rows.add(
        new Row(
            "largest (k+1)·|ΔL| over M_ℓ, " + shape,
            1,
            Measured.exact(curve.largest() / curve.largestHere()),
            Requirement.between(0, 1)));
    rows.add(bound(curve, "constant √2 in print", curve.published()));
    rows.add(bound(curve, "sharp constant ½", curve.sharp()));
    rows.add(bound(curve, "proven for the whole Hessian", curve.proven()));
    rows.add(
        new Row(
            "largest ‖∇²ℓ_i‖₂ over the proven bound, " + shape,
            1,
            Measured.exact(curve.hessian() / curve.proven()),
            Requirement.between(0, 1)));
    rows.add(
        new Row(
            "largest ‖∇²ℓ_i‖₂ over the bound in print with ½, " + shape,
            1,
            Measured.exact(curve.hessian() / curve.sharp()),
            Requirement.none()));
  }

  private static Row bound(LossDifferenceCurve curve, String name, double hessianBound) {
    double bound = LossDifference.bound(curve.largestAtEnd(), hessianBound, RADIUS, 0);
    return new Row(
        "largest (k+1)·|ΔL| over its bound, %s, %s".formatted(name, curve.shape()),
        1,
        Measured.exact(curve.largest() / bound),
        Requirement.between(0, 1));
  }

  private static Plot curves(String what, List<LossDifferenceCurve> curves) {
    List<Plot.Series> series = new ArrayList<>();
    for (LossDifferenceCurve curve : curves) {
      series.add(Plot.Series.line(curve.shape().toString(), curve.counts(), curve.differences()));
      double[] fitted =
          Arrays.stream(curve.counts())
              .map(count -> LossDifference.expected(curve.deviation(), Math.round(count) - 1))
              .toArray();
      series.add(Plot.Series.line(curve.shape() + ", predicted", curve.counts(), fitted));
    }
    return new Plot(
        "One more example, by " + what,
        new Plot.Axis("examples k+1", true),
        new Plot.Axis("|L_{k+1} − L_k|, loss", true),
        series);
  }

  private static Plot bounds(List<LossDifferenceCurve> curves) {
    double[] depths = curves.stream().mapToDouble(c -> c.shape().layers()).toArray();
    return new Plot(
        "Bounds of the Hessian's norm by depth, width " + WIDTH,
        new Plot.Axis("hidden layers", false),
        new Plot.Axis("‖∇²ℓ‖₂, loss/param²", true),
        List.of(
            Plot.Series.line(
                "in print, √2", depths, curves.stream().mapToDouble(c -> c.published()).toArray()),
            Plot.Series.line(
                "in print, ½", depths, curves.stream().mapToDouble(c -> c.sharp()).toArray()),
            Plot.Series.line(
                "proven", depths, curves.stream().mapToDouble(c -> c.proven()).toArray()),
            Plot.Series.points(
                "largest found",
                depths,
                curves.stream().map(c -> Measured.exact(c.hessian())).toList())));
  }

  private static List<String> remarks(List<LossDifferenceCurve> curves) {
    List<String> remarks = new ArrayList<>();
    for (LossDifferenceCurve curve : curves) {
      remarks.add(
          "%s: loss %.3f, accuracy %.3f after %d starts; one more example moves the loss by less than 0.001 from k = %.0f on."
              .formatted(
                  curve.shape(),
                  curve.loss(),
                  curve.accuracy(),
                  curve.starts(),
                  LossDifference.sufficientExamples(curve.deviation(), 1e-3)));
    }
    remarks.add(
        "The slope is some 1 % steeper than −1: the mean of few losses varies itself, which adds to the"
            + " difference at small k.");
    remarks.add(
        "The bound in print is for the Gauss–Newton term only, and proven where every layer's norm is"
            + " at least 1.");
    return remarks;
  }
}
