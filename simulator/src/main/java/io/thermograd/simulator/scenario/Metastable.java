package io.thermograd.simulator.scenario;

import io.thermograd.simulator.landscape.BasinMap;
import io.thermograd.simulator.landscape.CriticalPoint;
import io.thermograd.simulator.landscape.Landscapes;
import io.thermograd.simulator.landscape.Pass;
import io.thermograd.simulator.landscape.Terrain;
import io.thermograd.simulator.noise.GaussianNoise;
import io.thermograd.simulator.optimize.LearningRate;
import io.thermograd.simulator.optimize.OptimizerSettings;
import io.thermograd.simulator.random.Ziggurat;
import io.thermograd.simulator.train.Batches;
import io.thermograd.simulator.train.LandscapeSource;
import io.thermograd.simulator.train.Start;
import io.thermograd.simulator.train.TrainingPlan;
import java.util.List;
import java.util.Map;

/** SGD among several minima, under isotropic noise of a chosen temperature. */
final class Metastable {
  private static final long NOISE = 0x4D455441L;
  private static final Batches BATCHES = Batches.of(4, 8);
  private static final long EVERY = 500;

  /** Escapes that are still to be expected when a run counts as frozen. */
  private static final double FROZEN = 0.05;

  private static final String EXPECTED =
      "from here to the end less than "
          + FROZEN
          + " escapes are expected from any basin, by Eyring and Kramers";

  private Metastable() {}

  static List<Scenario> healthy() {
    return List.of(
        hopping("double-well", "hops between two equal minima", "double-well-2d", 0.02, 0.3),
        hopping(
            "himmelblau", "hops among four minima over unequal saddles", "himmelblau", 0.002, 25),
        hopping("three-humps", "hops among three minima in a row", "three-humps", 0.01, 1.8),
        hopping("muller-brown", "hops along a path that bends twice", "muller-brown", 1e-4, 25),
        hopping("hexagon", "hops among six wells of unequal depth", "hexagon", 0.03, 0.4),
        new Scenario(
            "annealing",
            "the learning rate falls exponentially among six wells, until the run is caught in one",
            20_000,
            Metastable::annealing));
  }

  static Scenario trapped() {
    return new Scenario(
        "trapped",
        "sits in the worse of two minima; the noise would take some nine million steps to free it",
        6_000,
        (scenario, setup) ->
            simulation(
                scenario,
                setup,
                Landscapes.named("tilted-double-well"),
                LearningRate.constant(0.02),
                0.06));
  }

  private static Scenario hopping(
      String name, String description, String terrain, double eta, double temperature) {
    return new Scenario(
        name,
        description,
        30_000,
        (scenario, setup) ->
            simulation(
                scenario,
                setup,
                Landscapes.named(terrain),
                LearningRate.constant(eta),
                temperature));
  }

  private static Simulation annealing(Scenario scenario, Setup setup) {
    // Down to a thirtieth, however many steps there are.
    double factor = StrictMath.pow(1.0 / 30, 1.0 / setup.steps());
    return simulation(
        scenario, setup, Landscapes.named("hexagon"), LearningRate.exponential(0.03, factor), 1);
  }

  /**
   * @param temperature T = ησ²/(2B) of the first step, which decides σ²
   */
  private static Simulation simulation(
      Scenario scenario, Setup setup, Terrain terrain, LearningRate rate, double temperature) {
    int dim = terrain.landscape().dim();
    double variance = 2 * BATCHES.batchSize(0) * temperature / rate.at(0);
    TrainingPlan plan = TrainingPlan.of(OptimizerSettings.sgd(), rate, BATCHES, setup.steps());
    return new Simulation(
        scenario,
        setup,
        Map.of("landscape", terrain.name(), "noise", "isotropic"),
        plan,
        log -> {
          BasinMap map = BasinMap.of(terrain);
          BasinProbe.describe(map, log, temperature, rate.at(0));
          log.quantity("noise_trace", "(loss/param)²", "tr Σ, per example").at(0, variance * dim);
          log.quantity("effective_dimension", "directions", "(tr Σ)²/tr Σ²").at(0, dim);
          predict(map, log, rate, setup.steps(), temperature);
          log.values(LandscapeProbes.values(terrain.landscape()).every(EVERY));
          log.values(LandscapeProbes.sharpness(terrain.landscape()).every(EVERY));
          boolean constant = rate instanceof LearningRate.Constant;
          log.add(new BasinProbe(map, constant ? rate.at(0) : Double.NaN));
          return new Start(
              new LandscapeSource(
                  terrain.landscape(),
                  GaussianNoise.isotropic(dim, variance),
                  Ziggurat.stream(setup.seed(), NOISE)),
              terrain.starts().get(0),
              List.of());
        });
  }

  /** Temperatures, escape times, and from when on no escape is to be expected any more. */
  private static void predict(
      BasinMap map, TruthLog log, LearningRate rate, long steps, double first) {
    long frozen = frozenFrom(map, rate, steps, first);
    if (rate instanceof LearningRate.Constant) {
      log.quantity("temperature_nominal", "param²/loss", "η/B")
          .at(0, rate.at(0) / BATCHES.batchSize(0));
      log.quantity("temperature_effective", "loss", "T = ησ²/(2B)").at(0, first);
      log.quantity("escape_steps", "steps", "mean stay in each basin, by Eyring and Kramers")
          .at(0, stays(map, first, rate.at(0)));
      if (frozen == 0) {
        log.moment("trapped_from", 0, EXPECTED);
      }
      return;
    }
    for (long step = 0; step < steps; step += EVERY) {
      log.quantity("temperature_nominal", "param²/loss", "η/B")
          .at(step, rate.at(step) / BATCHES.batchSize(step));
      log.quantity("temperature_effective", "loss", "T = ησ²/(2B)")
          .at(step, first * rate.at(step) / rate.at(0));
    }
    log.moment("frozen_from", frozen, EXPECTED);
  }

  private static long frozenFrom(
      BasinMap map, LearningRate rate, long steps, double firstTemperature) {
    double[] ahead = new double[map.minima().size()];
    for (long step = steps - 1; step >= 0; step--) {
      double temperature = firstTemperature * rate.at(step) / rate.at(0);
      for (int m = 0; m < ahead.length; m++) {
        ahead[m] += rate.at(step) * totalRate(map, m, temperature);
        if (ahead[m] >= FROZEN) {
          return step + 1;
        }
      }
    }
    return 0;
  }

  private static double[] stays(BasinMap map, double temperature, double eta) {
    double[] stays = new double[map.minima().size()];
    for (int m = 0; m < stays.length; m++) {
      stays[m] = 1 / totalRate(map, m, temperature) / eta;
    }
    return stays;
  }

  private static double totalRate(BasinMap map, int minimum, double temperature) {
    CriticalPoint from = map.minima().get(minimum);
    double sum = 0;
    for (Pass exit : map.exits(minimum)) {
      sum += BasinProbe.rate(from, exit.saddle(), temperature);
    }
    return sum;
  }
}
