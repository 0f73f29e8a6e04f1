package io.thermograd.detect.forecast;

import io.thermograd.detect.basin.BasinStanding;
import io.thermograd.estimate.step.QuantityList;
import io.thermograd.wire.Quantity;
import io.thermograd.wire.QuantityName;
import java.util.List;
import java.util.OptionalLong;

/** Publishes what is known of the way out of the present basin. Stateless. */
final class EscapeQuantities {
  private static final double NORMAL = 1.959963984540054;
  private static final double LOW = 0.025;
  private static final double HIGH = 0.975;
  private static final double ONE_SIDED = 0.05;
  private static final String RATES = "rates";
  private static final String UNSEEN = "no_event";
  private static final String ARRHENIUS = "arrhenius";
  private static final String SPENT = "the budget is spent";

  private EscapeQuantities() {}

  static void describe(
      QuantityList out, Escapes escapes, BasinStanding basins, OptionalLong budget, long step) {
    EscapeRate rate = escapes.rate(basins);
    double pace = escapes.pace();
    if (rate == null || !(pace > 0)) {
      String reason =
          Escapes.known(basins)
              ? "no time has been spent in the basin at these settings yet"
              : "no basin is known, or the basins' model does not pass its check";
      for (QuantityName name :
          List.of(
              QuantityName.ESCAPE_STEPS,
              QuantityName.ESCAPE_PROBABILITY,
              QuantityName.BARRIER_HEIGHT,
              QuantityName.ESCAPE_LEARNING_RATE)) {
        out.absent(name, reason);
      }
      return;
    }
    steps(out, rate.remaining(pace), rate.unseen());
    long remaining = budget.isPresent() ? Math.max(0, budget.getAsLong() - 1 - step) : -1;
    if (remaining < 0) {
      String reason = "the run did not say its budget: set budget_steps in run_started";
      out.absent(QuantityName.ESCAPE_PROBABILITY, reason);
      out.absent(QuantityName.ESCAPE_LEARNING_RATE, reason);
    } else if (remaining == 0) {
      out.absent(QuantityName.ESCAPE_PROBABILITY, SPENT);
    } else {
      probability(out, rate, remaining * pace);
    }
    ArrheniusLine line = escapes.line(basins);
    if (line == null) {
      String reason = "needs escapes from this basin at three temperatures, rarer where it is cold";
      out.absent(QuantityName.BARRIER_HEIGHT, reason);
      if (remaining >= 0) {
        out.absent(QuantityName.ESCAPE_LEARNING_RATE, reason);
      }
      return;
    }
    barrier(out, line);
    if (remaining > 0) {
      out.put(
          QuantityName.ESCAPE_LEARNING_RATE,
          escapes.learningRate(basins, pace, remaining, 0),
          escapes.learningRate(basins, pace, remaining, -NORMAL),
          escapes.learningRate(basins, pace, remaining, NORMAL),
          ARRHENIUS);
    } else if (remaining == 0) {
      out.absent(QuantityName.ESCAPE_LEARNING_RATE, SPENT);
    }
  }

  private static void barrier(QuantityList out, ArrheniusLine line) {
    if (!line.energies()) {
      out.absent(
          QuantityName.BARRIER_HEIGHT,
          "the effective temperature is not known at every temperature at which it escaped");
      return;
    }
    double height = line.fit().barrier();
    double half = NORMAL * Math.sqrt(line.fit().barrierVariance());
    out.put(QuantityName.BARRIER_HEIGHT, height, height - half, height + half, ARRHENIUS);
  }

  private static void steps(QuantityList out, Predictive.Lomax left, boolean unseen) {
    if (unseen) {
      out.put(QuantityName.ESCAPE_STEPS, Quantity.atLeast(left.quantile(ONE_SIDED), UNSEEN));
      out.absent(
          QuantityName.ESCAPE_STEPS, "no escape seen yet, here or at three other temperatures");
    } else {
      out.put(
          QuantityName.ESCAPE_STEPS,
          left.quantile(0.5),
          left.quantile(LOW),
          left.quantile(HIGH),
          RATES);
    }
  }

  private static void probability(QuantityList out, EscapeRate rate, double span) {
    if (rate.unseen()) {
      out.put(QuantityName.ESCAPE_PROBABILITY, Quantity.atMost(rate.atMost(span), UNSEEN));
      out.absent(
          QuantityName.ESCAPE_PROBABILITY,
          "no escape seen yet, here or at three other temperatures");
    } else {
      out.put(
          QuantityName.ESCAPE_PROBABILITY,
          rate.within(span),
          rate.within(span, LOW),
          rate.within(span, HIGH),
          RATES);
    }
  }
}
