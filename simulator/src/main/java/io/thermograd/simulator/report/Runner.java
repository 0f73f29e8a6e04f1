package io.thermograd.simulator.report;

import io.thermograd.simulator.experiment.Experiment;
import io.thermograd.simulator.experiment.Setting;
import java.util.List;
import java.util.TreeMap;
import java.util.function.LongSupplier;

/**
 * Runs experiments on the setting's workers, several at a time when there are several workers. Each
 * may use the same workers for its parts, so that the last ones spread over cores that fall idle.
 */
public final class Runner {
  private final Setting setting;
  private final Watcher watcher;
  private final LongSupplier nanos;

  /** Hears of the work as it goes on; calls come one at a time, from any thread. */
  public interface Watcher {
    /** An experiment began. */
    default void begun(Experiment experiment) {}

    /** It ended. */
    default void ended(Experiment experiment) {}

    /** It ended, and so did all before it in the list. */
    default void ready(Outcome outcome) {}
  }

  /**
   * @param nanos a clock, only for the outcomes' seconds
   */
  public Runner(Setting setting, Watcher watcher, LongSupplier nanos) {
    this.setting = setting;
    this.watcher = watcher;
    this.nanos = nanos;
  }

  /** Runs them all; one that throws has an outcome like the others. */
  public Summary run(List<Experiment> experiments) {
    long start = nanos.getAsLong();
    InOrder order = new InOrder();
    List<Outcome> outcomes =
        setting
            .workers()
            .map(
                experiments.size(),
                i -> {
                  order.begun(experiments.get(i));
                  Outcome outcome = run(experiments.get(i));
                  order.ended(i, outcome);
                  return outcome;
                });
    return new Summary(setting.seed(), setting.quick(), outcomes, seconds(start));
  }

  @SuppressWarnings("IllegalCatch") // one experiment's failure must not cost the others' results
  private Outcome run(Experiment experiment) {
    long start = nanos.getAsLong();
    try {
      return new Outcome(experiment, experiment.run(setting), seconds(start), null);
    } catch (RuntimeException | StackOverflowError | AssertionError e) {
      return Outcome.brokenOff(experiment, seconds(start), e);
    }
  }

  private double seconds(long start) {
    return (nanos.getAsLong() - start) / 1e9;
  }

  /** Hands outcomes on in the order of the list. */
  private final class InOrder {
    private final TreeMap<Integer, Outcome> waiting = new TreeMap<>();
    private int next;

    synchronized void begun(Experiment experiment) {
      watcher.begun(experiment);
    }

    synchronized void ended(int i, Outcome outcome) {
      watcher.ended(outcome.experiment());
      waiting.put(i, outcome);
      for (Outcome o = waiting.remove(next); o != null; o = waiting.remove(next)) {
        next++;
        watcher.ready(o);
      }
    }
  }
}
