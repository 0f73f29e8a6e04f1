package io.thermograd.detect.basin;

import io.thermograd.wire.BasinReport;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What the page shows of a run's basins. */
final class BasinReports {
  private BasinReports() {}

  /**
   * @param y the run's place in the slow coordinates
   */
  static BasinReport of(Ledger ledger, Chart chart, boolean validated, double[] y) {
    int k = ledger.basins();
    long[] steps = ledger.steps();
    long[] stays = ledger.stays();
    long[][] transitions = ledger.transitions();
    double total = Arrays.stream(steps).sum();
    List<Double> occupation = new ArrayList<>();
    List<Double> dwell = new ArrayList<>();
    List<BasinReport.Point> centres = new ArrayList<>();
    List<BasinReport.Flow> flows = new ArrayList<>();
    for (int b = 0; b < k; b++) {
      occupation.add(total == 0 ? 1.0 / k : steps[b] / total);
      dwell.add(stays[b] == 0 ? Double.NaN : (double) steps[b] / stays[b]);
      centres.add(point(chart.bottom(b + 1), chart.dims()));
      for (int c = 0; c < k; c++) {
        if (transitions[b][c] > 0) {
          flows.add(new BasinReport.Flow(b + 1, c + 1, transitions[b][c]));
        }
      }
    }
    return new BasinReport(
        ledger.current(),
        k,
        ledger.transitionCount(),
        occupation,
        dwell,
        validated,
        point(y, chart.dims()),
        centres,
        flows);
  }

  private static BasinReport.Point point(double[] y, int dims) {
    return new BasinReport.Point(y[0], dims > 1 ? y[1] : 0);
  }
}
