package io.thermograd.simulator.scenario;

import io.thermograd.simulator.landscape.Landscape;
import io.thermograd.simulator.noise.GaussianNoise;
import io.thermograd.simulator.optimize.LearningRate;
import io.thermograd.simulator.optimize.OptimizerSettings;
import io.thermograd.simulator.random.SplitMix64;
import io.thermograd.simulator.random.Ziggurat;
import io.thermograd.simulator.train.Batches;
import io.thermograd.simulator.train.LandscapeSource;
import io.thermograd.simulator.train.Start;
import io.thermograd.simulator.train.StepView;
import io.thermograd.simulator.train.TrainingPlan;
import io.thermograd.simulator.train.TrainingResult;
import io.thermograd.wire.Regime;
import io.thermograd.wire.proto.StepEvent;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** What happens once and passes, on {@link ProductLoss}. */
final class Transients {
  private static final long NOISE = 0x50524F44L;
  private static final long START = 0x5354415254L;
  private static final Batches BATCHES = Batches.of(4, 8);
  private static final int WIDTH = 32;
  private static final long RAISED = 1_000;

  private Transients() {}

  static List<Scenario> all() {
    return List.of(
        new Scenario(
            "catapult",
            "at step 1,000 η is raised to 3/λmax: the loss soars and returns where it is flatter",
            2_000,
            Transients::catapult),
        new Scenario(
            "plateau-then-drop",
            "a long plateau at a saddle, then the loss drops within a few hundred steps",
            3_000,
            Transients::plateau));
  }

  private static Simulation catapult(Scenario scenario, Setup setup) {
    SplitMix64 random = SplitMix64.stream(setup.seed(), START);
    double[] start = new double[2 * WIDTH];
    Arrays.setAll(start, i -> random.nextGaussian());
    ProductLoss landscape = new ProductLoss(WIDTH, 0);
    double before = 0.5 / sharpnessAtRest(start);
    LearningRate rate = LearningRate.constant(before).times(6, RAISED);
    return simulation(
        scenario, setup, landscape, rate, 1e-4, start, new SpikeProbe(landscape, rate));
  }

  private static Simulation plateau(Scenario scenario, Setup setup) {
    double[] start = new double[2 * WIDTH];
    Arrays.fill(start, 1e-4);
    ProductLoss landscape = new ProductLoss(WIDTH, Math.sqrt(WIDTH));
    return simulation(
        scenario,
        setup,
        landscape,
        LearningRate.constant(0.01),
        1e-4,
        start,
        new DropProbe(landscape));
  }

  private static Simulation simulation(
      Scenario scenario,
      Setup setup,
      ProductLoss landscape,
      LearningRate rate,
      double variance,
      double[] start,
      TruthProbe probe) {
    return new Simulation(
        scenario,
        setup,
        Map.of("landscape", "product-" + WIDTH, "noise", "isotropic"),
        TrainingPlan.of(OptimizerSettings.sgd(), rate, BATCHES, setup.steps()),
        log -> {
          log.quantity("noise_trace", "(loss/param)²", "tr Σ, per example")
              .at(0, variance * start.length);
          log.values(LandscapeProbes.values(landscape).every(100));
          log.values(LandscapeProbes.sharpness(landscape).every(100));
          log.add(probe);
          return new Start(
              new LandscapeSource(
                  landscape,
                  GaussianNoise.isotropic(start.length, variance),
                  Ziggurat.stream(setup.seed(), NOISE)),
              start,
              List.of());
        });
  }

  /** (‖u‖² + ‖v‖²)/n: what λ_max is on the minimum that is reached, nearly. */
  private static double sharpnessAtRest(double[] start) {
    return Numbers.sqnorm(start) / WIDTH;
  }

  /** When the loss leaves its old level, peaks and is back, on the realised path. */
  private static final class SpikeProbe implements TruthProbe {
    private final Landscape landscape;
    private final LearningRate rate;
    private double level;
    private double peak;
    private long peakStep;
    private long back = -1;

    SpikeProbe(Landscape landscape, LearningRate rate) {
      this.landscape = landscape;
      this.rate = rate;
    }

    @Override
    public void observe(StepView step, StepEvent.Builder event, TruthLog log) {
      double[] theta = Numbers.wide(step.theta());
      double loss = landscape.value(theta);
      long s = step.step();
      if (s < RAISED) {
        level = s < RAISED / 2 ? 0 : Math.max(level, loss);
        return;
      }
      if (s == RAISED) {
        double sharpness = LandscapeProbes.sharpness(landscape, theta);
        log.moment("spike_starts", s, "ηλ_max rises to %.3f".formatted(rate.at(s) * sharpness));
        log.quantity("sharpness_before", "loss/param²", "λ_max when η is raised").at(s, sharpness);
      }
      if (loss > peak) {
        peak = loss;
        peakStep = s;
        back = -1;
      } else if (back < 0
          && loss <= level
          && rate.at(s) * LandscapeProbes.sharpness(landscape, theta) < 2) {
        back = s;
        log.quantity("sharpness_after", "loss/param²", "λ_max when the loss is back")
            .at(s, LandscapeProbes.sharpness(landscape, theta));
      }
    }

    @Override
    public void finish(TrainingResult result, TruthLog log) {
      if (result.steps() <= RAISED) {
        return;
      }
      log.moment("spike_peak", peakStep, "the largest loss, %.4g".formatted(peak));
      if (back >= 0) {
        log.moment(
            "spike_ends",
            back,
            "the loss is below the most of the 500 steps before the spike, and ηλ_max below 2");
        log.regime(Regime.SPIKE, RAISED, back, "from the change of η until the loss is back");
      }
    }
  }

  /** When the loss has left the plateau, and when it has come down. */
  private static final class DropProbe implements TruthProbe {
    private final Landscape landscape;
    private double level = Double.NaN;
    private long starts = -1;
    private boolean ended;

    DropProbe(Landscape landscape) {
      this.landscape = landscape;
    }

    @Override
    public void observe(StepView step, StepEvent.Builder event, TruthLog log) {
      double loss = landscape.value(Numbers.wide(step.theta()));
      if (step.step() == 0) {
        level = loss;
      }
      if (starts < 0 && loss < 0.95 * level) {
        starts = step.step();
        log.moment("drop_starts", starts, "the loss is below 95 % of the plateau's");
        log.regime(Regime.PLATEAU, 0, starts, "the loss is within 5 % of the saddle's");
      }
      if (!ended && loss < 0.05 * level) {
        ended = true;
        log.moment("drop_ends", step.step(), "the loss is below 5 % of the plateau's");
        log.regime(
            Regime.DESCENDING, starts, step.step(), "from 95 % to 5 % of the plateau's loss");
      }
    }
  }
}
