package io.thermograd.accuracy;

import io.thermograd.accuracy.jury.Witness;
import io.thermograd.simulator.dynamics.Autocorrelation;
import io.thermograd.simulator.scenario.Scenarios;
import io.thermograd.simulator.scenario.Simulation;
import io.thermograd.simulator.scenario.Truth;
import io.thermograd.wire.Regime;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The simulator's plateau that drops: how soon the loss is called flat after it became so, and
 * falling after it has left its level. What was true is told by the noiseless loss.
 */
@ExtendWith(AccuracyTable.class)
class PlateauDropTest {
  /** 20 at scale 4. */
  private static final int SEEDS = 5 * Integer.getInteger("thermograd.accuracy.scale", 1);

  /** Over which a flat loss has to be flat. */
  static final long WINDOW = 128;

  /** Until a drop has to be called one. */
  static final long DROP = 50;

  static final Set<Regime> FLAT = EnumSet.of(Regime.PLATEAU, Regime.STATIONARY);
  static final Set<Regime> LEFT = EnumSet.of(Regime.DESCENDING, Regime.TRANSITION);

  /** Steps from what happened until it was said; empty if it never was. */
  record Delays(OptionalLong plateau, OptionalLong drop, double memory) {
    /** Three autocorrelation times and the window are what it takes to know. */
    boolean plateauInTime() {
      return plateau.isPresent() && plateau.getAsLong() <= 3 * memory + WINDOW;
    }

    boolean dropInTime() {
      return drop.isPresent() && drop.getAsLong() <= DROP;
    }
  }

  static void report(SoftAssertions softly, String quantity, String where, List<Delays> runs) {
    add(
        softly,
        quantity + ", plateau",
        where,
        "within 3 autocorrelation times + %d steps in >= 95 %%".formatted(WINDOW),
        runs.stream().filter(Delays::plateauInTime).count(),
        runs,
        Delays::plateau);
    add(
        softly,
        quantity + ", drop",
        where,
        "within %d steps in >= 95 %%".formatted(DROP),
        runs.stream().filter(Delays::dropInTime).count(),
        runs,
        Delays::drop);
  }

  private static void add(
      SoftAssertions softly,
      String quantity,
      String where,
      String required,
      long intime,
      List<Delays> runs,
      Function<Delays, OptionalLong> delay) {
    long[] said =
        runs.stream()
            .map(delay)
            .filter(OptionalLong::isPresent)
            .mapToLong(OptionalLong::getAsLong)
            .sorted()
            .toArray();
    AccuracyTable.add(
        softly,
        quantity,
        where,
        required,
        "%d of %d; delays %s"
            .formatted(
                intime,
                runs.size(),
                said.length == 0
                    ? "none"
                    : "%d to %d, median %d"
                        .formatted(said[0], said[said.length - 1], said[said.length / 2])),
        intime >= 0.95 * runs.size());
  }

  @Test
  void simulated() {
    SoftAssertions softly = new SoftAssertions();
    List<Delays> runs =
        IntStream.rangeClosed(1, SEEDS).parallel().mapToObj(PlateauDropTest::run).toList();
    report(softly, "plateau then drop", "simulator, %d seeds".formatted(SEEDS), runs);
    softly.assertAll();
  }

  private static Delays run(int seed) {
    Simulation simulation = Scenarios.named("plateau-then-drop").orElseThrow().simulation(seed);
    Witness ours = Witness.ours(simulation.setup().runId());
    double[] losses = new double[(int) simulation.setup().steps()];
    Truth truth;
    try {
      truth =
          simulation.emit(
              event -> {
                ours.accept(event);
                if (event.hasStep()) {
                  losses[(int) event.getStep().getStep()] = event.getStep().getLoss();
                }
              },
              Simulation.clock(),
              () -> false);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    long drop = truth.moment("drop_starts").step();
    double memory =
        Math.min(Autocorrelation.of(Arrays.copyOf(losses, (int) drop)).time(), drop / 10.0);
    return new Delays(
        before(ours.testimony().first(0, FLAT), drop),
        after(ours.testimony().first(drop, LEFT), drop),
        memory);
  }

  private static OptionalLong before(OptionalLong step, long end) {
    return step.isPresent() && step.getAsLong() < end ? step : OptionalLong.empty();
  }

  static OptionalLong after(OptionalLong step, long from) {
    return step.isPresent() ? OptionalLong.of(step.getAsLong() - from) : step;
  }
}
