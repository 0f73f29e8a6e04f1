package io.thermograd.simulator.scenario;

import io.thermograd.simulator.train.StepView;
import io.thermograd.simulator.train.TrainingResult;
import io.thermograd.wire.Regime;
import io.thermograd.wire.proto.StepEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * Labels where the exact loss, looked at every 100 steps, beyond doubt descends or rests on a
 * plateau: it falls by 3 % from every look to the next over 200 steps at least; or it stays within
 * 1 % over 300 steps and later falls 5 % below. Nothing from {@code until} on, where something else
 * happens.
 */
final class CourseProbe implements TruthProbe {
  private static final long EVERY = 100;
  private static final double FALLS = 0.97;
  private static final double RESTS = 1.01;
  private static final double LEAVES = 0.95;
  private static final int SHORTEST_DESCENT = 2;
  private static final int SHORTEST_PLATEAU = 3;

  private final ToDoubleFunction<float[]> loss;
  private final long until;
  private final List<Double> looks = new ArrayList<>();

  /**
   * @param loss without any noise, at θ
   */
  CourseProbe(ToDoubleFunction<float[]> loss, long until) {
    this.loss = loss;
    this.until = until;
  }

  @Override
  public void observe(StepView step, StepEvent.Builder event, TruthLog log) {
    if (step.step() % EVERY == 0 && step.step() <= until) {
      looks.add(loss.applyAsDouble(step.theta()));
    }
  }

  @Override
  public void finish(TrainingResult result, TruthLog log) {
    descents(log);
    plateaus(log);
  }

  private void descents(TruthLog log) {
    int first = 0;
    for (int i = 1; i <= looks.size(); i++) {
      if (i == looks.size() || !(looks.get(i) < FALLS * looks.get(i - 1))) {
        if (i - 1 - first >= SHORTEST_DESCENT) {
          log.regime(
              Regime.DESCENDING,
              first * EVERY,
              (i - 1) * EVERY,
              "the exact loss falls by at least 3 % every 100 steps");
        }
        first = i;
      }
    }
  }

  private void plateaus(TruthLog log) {
    int first = 0;
    while (first < looks.size()) {
      double least = looks.get(first);
      double most = least;
      int end = first + 1;
      while (end < looks.size() && within(looks.get(end), least, most)) {
        least = Math.min(least, looks.get(end));
        most = Math.max(most, looks.get(end));
        end++;
      }
      double level = least;
      boolean left = looks.subList(end, looks.size()).stream().anyMatch(l -> l < LEAVES * level);
      if (end - 1 - first >= SHORTEST_PLATEAU && left) {
        log.regime(
            Regime.PLATEAU,
            first * EVERY,
            (end - 1) * EVERY,
            "the exact loss stays within 1 %, and later falls 5 % below");
        first = end;
      } else {
        first++;
      }
    }
  }

  private static boolean within(double loss, double least, double most) {
    return Math.max(most, loss) <= RESTS * Math.min(least, loss);
  }
}
