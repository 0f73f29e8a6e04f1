package io.thermograd.benchmarks;

import io.thermograd.simulator.scenario.Scenarios;
import io.thermograd.simulator.scenario.Simulation;
import java.io.IOException;
import java.util.List;
import java.util.Locale;

/**
 * What whole runs cost, work that only comes now and then included: microseconds of processor time
 * a step of all detectors and of each part of them in the mean over a run, of the estimators beside
 * them, of an insight every 100 steps, the dearest step, and the bytes of state. The first lines
 * are of code that the JIT compiler has yet to see.
 *
 * <p>Arguments: names of the simulator's scenarios or {@code floor}, AR(1) parameters and losses of
 * a run at its noise floor, in 1,024 dimensions and 4 micro-batches; each with {@code :STEPS} after
 * it if it is to end sooner.
 */
public final class RunCostTable {
  private static final List<String> RUNS =
      List.of(
          "floor:3000",
          "floor:10000",
          "floor:30000",
          "digits-sgd:3000",
          "double-well:3000",
          "double-well:30000",
          "himmelblau:30000");
  private static final int REPEATS = 3;
  private static final long SEED = 7;

  private RunCostTable() {}

  public static void main(String[] args) throws IOException {
    System.out.printf(
        Locale.ROOT,
        "%n%-20s %4s %8s |%8s =%8s%8s%8s%8s%8s |%10s%10s |%9s |%8s%n",
        "us/step",
        "",
        "steps",
        "all",
        "station.",
        "basins",
        "averages",
        "forecast",
        "rest",
        "estimators",
        "insight",
        "dearest",
        "KiB");
    for (String run : args.length == 0 ? RUNS : List.of(args)) {
      int colon = run.indexOf(':');
      String name = colon < 0 ? run : run.substring(0, colon);
      long steps = colon < 0 ? Long.MAX_VALUE : Long.parseLong(run.substring(colon + 1));
      for (int repeat = 1; repeat <= REPEATS; repeat++) {
        print(name, repeat, cost(name, steps));
      }
    }
  }

  private static RunCost cost(String name, long steps) throws IOException {
    if (name.equals("floor")) {
      RunCost cost = new RunCost(NoiseFloor.SETTINGS);
      NoiseFloor floor = new NoiseFloor(SEED);
      for (long s = 0; s < Math.min(steps, 1_000_000); s++) {
        cost.accept(floor.next());
      }
      return cost;
    }
    Simulation simulation =
        Scenarios.named(name)
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "run should be floor or a scenario's name: was " + name))
            .simulation(SEED);
    RunCost.Sink sink = new RunCost.Sink();
    simulation.emit(sink, Simulation.clock(), () -> sink.steps() >= steps);
    return sink.cost();
  }

  private static void print(String name, int repeat, RunCost c) {
    System.out.printf(
        Locale.ROOT,
        "%-20s %4d %8d |%8.1f =%8.1f%8.1f%8.1f%8.1f%8.1f |%10.1f%10.1f |%9.0f |%8d%n",
        name,
        repeat,
        c.steps(),
        c.all(),
        c.part(RunCost.Part.STATIONARITY),
        c.part(RunCost.Part.BASINS),
        c.part(RunCost.Part.AVERAGES),
        c.part(RunCost.Part.FORECASTS),
        c.rest(),
        c.part(RunCost.Part.ESTIMATORS),
        c.insight(),
        c.dearest(),
        c.stateBytes() / 1024);
  }
}
