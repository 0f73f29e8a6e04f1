package io.thermograd.simulator.report;

import io.thermograd.simulator.experiment.Measured;
import io.thermograd.simulator.experiment.Requirement;
import io.thermograd.simulator.experiment.Row;
import java.util.Locale;

/**
 * A row as a small picture: prediction, required band, measurement with its interval, on a scale of
 * the row's own. The numbers stand beside it, so that a reader without pictures misses nothing.
 */
final class Glance {
  private static final double WIDTH = 132;
  private static final double MIDDLE = 9;
  private static final double MARGIN = 6;

  private final double from;
  private final double to;
  private final StringBuilder svg = new StringBuilder();

  private Glance(double from, double to) {
    this.from = from;
    this.to = to;
  }

  /** Empty where there is nothing to see: a value that is not finite, or nothing to compare. */
  static String svg(Row row) {
    double value = row.measured().value();
    double[] view = view(row);
    return Double.isFinite(value) && view[0] < view[1]
        ? new Glance(view[0], view[1]).draw(row)
        : "";
  }

  /** What the picture spans: the requirement twice over, or the measurement if it requires none. */
  private static double[] view(Row row) {
    double p = row.predicted();
    Measured m = row.measured();
    if (row.requirement() instanceof Requirement.Within within) {
      return around(p, 2 * within.tolerance() * Math.abs(p));
    }
    if (row.requirement() instanceof Requirement.Between between) {
      double low = Double.isInfinite(between.low()) ? between.high() : between.low();
      double high = Double.isInfinite(between.high()) ? between.low() : between.high();
      double reach = low < high ? (high - low) / 2 : Math.max(Math.abs(low), 1e-300);
      return new double[] {low - reach, high + reach};
    }
    double arm = Math.max(Math.abs(m.high() - m.value()), Math.abs(m.value() - m.low()));
    double reach = Math.max(Double.isFinite(arm) ? 1.5 * arm : 0, 1.25 * Math.abs(m.value() - p));
    return around(p, reach);
  }

  private static double[] around(double centre, double reach) {
    return new double[] {centre - reach, centre + reach};
  }

  private String draw(Row row) {
    svg.append(
        String.format(
            Locale.ROOT,
            "<svg viewBox=\"0 0 %.0f 18\" width=\"%.0f\" height=\"18\" aria-hidden=\"true\">",
            WIDTH,
            WIDTH));
    Measured m = row.measured();
    band(row);
    if (Double.isFinite(row.predicted()) && place(row.predicted()) == clamp(row.predicted())) {
      line("predicted", row.predicted(), 1, row.predicted(), 17);
    }
    boolean inside = place(m.value()) == clamp(m.value());
    if (inside && m.low() < m.high()) {
      line("arm", m.low(), MIDDLE, m.high(), MIDDLE);
    }
    double x = clamp(m.value());
    double d = m.value() > to ? 5 : -5;
    svg.append(
        inside
            ? String.format(
                Locale.ROOT,
                "<circle class=\"mark\" cx=\"%.1f\" cy=\"%.0f\" r=\"3.2\"/>",
                x,
                MIDDLE)
            : String.format(
                Locale.ROOT,
                "<path class=\"mark\" d=\"M%.1f 4.5 l%.0f 4.5 l%.0f 4.5z\"/>",
                x - d / 2,
                d,
                -d));
    return svg.append("</svg>").toString();
  }

  private void band(Row row) {
    double low = Double.NaN;
    double high = Double.NaN;
    if (row.requirement() instanceof Requirement.Within within) {
      double reach = within.tolerance() * Math.abs(row.predicted());
      low = row.predicted() - reach;
      high = row.predicted() + reach;
    } else if (row.requirement() instanceof Requirement.Between between) {
      low = between.low();
      high = between.high();
    }
    if (low <= high) {
      double left = low < from ? 0 : place(low);
      double right = high > to ? WIDTH : place(high);
      svg.append(
          String.format(
              Locale.ROOT,
              "<rect class=\"band\" x=\"%.1f\" y=\"2\" width=\"%.1f\" height=\"14\"/>",
              left,
              right - left));
    }
  }

  private void line(String style, double x1, double y1, double x2, double y2) {
    svg.append(
        String.format(
            Locale.ROOT,
            "<line class=\"%s\" x1=\"%.1f\" y1=\"%.0f\" x2=\"%.1f\" y2=\"%.0f\"/>",
            style,
            clamp(x1),
            y1,
            clamp(x2),
            y2));
  }

  private double place(double x) {
    return MARGIN + (x - from) / (to - from) * (WIDTH - 2 * MARGIN);
  }

  private double clamp(double x) {
    return Math.max(MARGIN / 2, Math.min(WIDTH - MARGIN / 2, place(x)));
  }
}
