package io.thermograd.simulator.experiment;

import io.thermograd.simulator.dynamics.SgdEnsemble;
import io.thermograd.simulator.landscape.BasinMap;
import io.thermograd.simulator.landscape.Box;
import io.thermograd.simulator.landscape.CriticalPoint;
import io.thermograd.simulator.landscape.Polynomial;
import io.thermograd.simulator.noise.GaussianNoise;
import io.thermograd.simulator.optimize.BatchSizeSchedule;
import io.thermograd.simulator.optimize.LearningRate;
import io.thermograd.simulator.optimize.OptimizerSettings;
import io.thermograd.theory.EscapeTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/** Which way of cooling leaves the bad well, and where it ends. */
final class AnnealingExperiment implements Experiment {
  private static final double LEARNING_RATE = 0.01;
  private static final double TEMPERATURE = 0.25; // at the first step
  private static final int BATCH = 8;
  private static final double COOLED = 1.0 / 30;
  private static final double LOG_OFFSET = 100;
  private static final int STEPS = 4_000;
  private static final int SEGMENT = 8; // steps with one temperature, of the theory
  private static final int LOOK = 4; // steps between looks, of the simulation
  private static final int POINTS = 10;
  private static final int PARTS = 16;

  /**
   * Those that end in equilibrium: their last temperature has lasted for several relaxation times
   * 1/(2κη), and is low enough for a well to be harmonic within a few per cent.
   */
  private static final Set<String> SLOW = Set.of("step", "growing batch");

  private static final Plot.Axis STEP = new Plot.Axis("step", false);

  private final Polynomial landscape = Polynomial.tiltedDoubleWell(0.3);
  private final BasinMap map = BasinMap.of(landscape, Box.cube(1, 2.2));
  private final double variance = 2 * BATCH * TEMPERATURE / LEARNING_RATE;

  /** A way of cooling. */
  private record Schedule(String name, LearningRate rate, BatchSizeSchedule batch) {
    double temperature(long step, double variance) {
      return rate.at(step) * variance / (2.0 * batch.at(step));
    }
  }

  /** What was seen at one moment: replicas that have arrived by then, and the losses then. */
  private record Look(int reached, double[] losses) {}

  /** What came out for one schedule, point by point. */
  private record Outcome(
      Schedule schedule,
      double[] steps,
      double[] predictedReached,
      double[] predictedLoss,
      List<Measured> reached,
      List<Measured> loss,
      double[] ownExcess) {

    int last() {
      return steps.length - 1;
    }
  }

  @Override
  public String name() {
    return "annealing";
  }

  @Override
  public String title() {
    return "Annealing schedules";
  }

  @Override
  public String question() {
    return "Replicas start in the worse of two wells and are cooled in seven ways within the same"
        + " steps. The share that reaches the better well and the mean final loss are predicted by"
        + " the Fokker–Planck equation with the schedule's temperature, and the former also by the"
        + " integral of the Eyring–Kramers rate.";
  }

  @Override
  public Findings run(Setting setting) {
    List<Outcome> outcomes = new ArrayList<>();
    List<Schedule> schedules = schedules();
    for (int s = 0; s < schedules.size(); s++) {
      outcomes.add(measure(schedules.get(s), s, setting));
    }
    List<Row> rows = new ArrayList<>();
    for (Outcome o : outcomes) {
      rows.add(
          new Row(
              "share that reached the better well, " + o.schedule().name(),
              o.predictedReached()[o.last()],
              o.reached().get(o.last()),
              Requirement.covers(2)));
    }
    for (Outcome o : outcomes) {
      rows.add(
          new Row(
              "the same by ∫ Eyring–Kramers, " + o.schedule().name(),
              kramers(o.schedule()),
              o.reached().get(o.last()),
              Requirement.none()));
    }
    for (Outcome o : outcomes) {
      rows.add(
          new Row(
              "mean final loss, " + o.schedule().name(),
              o.predictedLoss()[o.last()],
              o.loss().get(o.last()),
              Requirement.covers(2)));
    }
    for (Outcome o : outcomes) {
      rows.add(
          new Row(
              "final loss above the own well's, T/2 of the last step, " + o.schedule().name(),
              o.schedule().temperature(STEPS - 1, variance) / 2,
              Intervals.mean(o.ownExcess()),
              SLOW.contains(o.schedule().name())
                  ? Requirement.within(setting.quick() ? 0.15 : 0.1)
                  : Requirement.none()));
    }
    return new Findings(
        rows,
        List.of(
            plot("Share that reached the better well", "share", outcomes, true),
            plot("Mean loss", "loss", outcomes, false)),
        List.of(
            "(x² − 1)² + 0.3x, σ² = %s, B = %d, η = %s at the first step: T = %s there, barrier %.3f."
                .formatted(
                    Numbers.plain(variance),
                    BATCH,
                    Numbers.plain(LEARNING_RATE),
                    Numbers.plain(TEMPERATURE),
                    barrier()),
            "Eyring and Kramers suppose a barrier of many T; here it is 3 T when most escapes happen, and"
                + " replicas first have to spread in their well: their shares come out some ten per"
                + " cent high.",
            "T/2 is what the last temperature's equilibrium would hold. A run that is cooled faster"
                + " than it relaxes, at rate 2κ in units of Ση, keeps more."));
  }

  private static List<Schedule> schedules() {
    BatchSizeSchedule same = BatchSizeSchedule.constant(BATCH);
    double end = LEARNING_RATE * COOLED;
    return List.of(
        new Schedule("constant", LearningRate.constant(LEARNING_RATE), same),
        new Schedule("step", LearningRate.steps(LEARNING_RATE, 1.0 / 3, STEPS / 4), same),
        new Schedule(
            "exponential",
            LearningRate.exponential(LEARNING_RATE, StrictMath.pow(COOLED, 1.0 / STEPS)),
            same),
        new Schedule("cosine", LearningRate.cosine(LEARNING_RATE, end, STEPS), same),
        new Schedule(
            "warm restarts", LearningRate.warmRestarts(LEARNING_RATE, end, STEPS / 4, 1), same),
        new Schedule(
            "inverse log",
            LearningRate.inverseLog(LEARNING_RATE * StrictMath.log(LOG_OFFSET), LOG_OFFSET),
            same),
        new Schedule(
            "growing batch",
            LearningRate.constant(LEARNING_RATE),
            BatchSizeSchedule.growth(BATCH, 2, STEPS / 6, 32 * BATCH)));
  }

  private Outcome measure(Schedule schedule, int number, Setting setting) {
    int replicas = setting.size(100, 1_000);
    List<List<Look>> parts =
        setting
            .workers()
            .map(
                PARTS,
                part -> simulate(schedule, replicas, setting.seed(name(), 1000L * number + part)));
    AnnealingLaw law = new AnnealingLaw(landscape, variance, worse().at()[0], better().at()[0]);
    double[] steps = new double[POINTS];
    double[] predictedReached = new double[POINTS];
    double[] predictedLoss = new double[POINTS];
    List<Measured> reached = new ArrayList<>();
    List<Measured> loss = new ArrayList<>();
    double[] losses = new double[0];
    int every = STEPS / POINTS;
    for (int p = 0; p < POINTS; p++) {
      int point = p;
      for (long from = (long) p * every; from < (p + 1L) * every; from += SEGMENT) {
        law.advance(schedule.rate(), schedule.batch(), from, from + SEGMENT);
      }
      steps[p] = (p + 1.0) * every;
      predictedReached[p] = law.reached();
      predictedLoss[p] = law.loss();
      int arrived = parts.stream().mapToInt(looks -> looks.get(point).reached()).sum();
      reached.add(Intervals.proportion(arrived, PARTS * replicas));
      losses =
          parts.stream()
              .flatMapToDouble(looks -> Arrays.stream(looks.get(point).losses()))
              .toArray();
      loss.add(Intervals.mean(losses));
    }
    double[] excess =
        parts.stream()
            .flatMapToDouble(looks -> Arrays.stream(looks.get(POINTS).losses()))
            .toArray();
    return new Outcome(schedule, steps, predictedReached, predictedLoss, reached, loss, excess);
  }

  /** A look at every point, and behind them one whose losses are above the own well's minimum. */
  private List<Look> simulate(Schedule schedule, int replicas, long seed) {
    SgdEnsemble ensemble =
        SgdEnsemble.at(
            landscape,
            GaussianNoise.isotropic(1, variance),
            OptimizerSettings.sgd(),
            schedule.rate(),
            schedule.batch(),
            worse().at(),
            replicas,
            seed);
    boolean[] arrived = new boolean[replicas];
    int count = 0;
    double bottom = better().at()[0];
    List<Look> looks = new ArrayList<>();
    for (int step = LOOK; step <= STEPS; step += LOOK) {
      ensemble.step(LOOK);
      for (int r = 0; r < replicas; r++) {
        if (!arrived[r] && ensemble.positions()[r] <= bottom) {
          arrived[r] = true;
          count++;
        }
      }
      if (step % (STEPS / POINTS) == 0) {
        double[] losses = new double[replicas];
        landscape.values(ensemble.positions(), replicas, losses);
        looks.add(new Look(count, losses));
      }
    }
    double[] excess = looks.get(looks.size() - 1).losses().clone();
    double ridge = map.passes().get(0).saddle().at()[0];
    for (int r = 0; r < replicas; r++) {
      boolean inBetter = ensemble.positions()[r] < ridge;
      excess[r] -= (inBetter ? better() : worse()).value();
    }
    looks.add(new Look(count, excess));
    return looks;
  }

  /** 1 − exp(−∫ rate dt) with the rate of each step's temperature. */
  private double kramers(Schedule schedule) {
    double escapes = 0;
    for (long step = 0; step < STEPS; step++) {
      double time =
          EscapeTime.kramers(
              worse().eigenvalues()[0],
              -map.passes().get(0).saddle().eigenvalues()[0],
              barrier(),
              schedule.temperature(step, variance));
      escapes += schedule.rate().at(step) / time;
    }
    return 1 - StrictMath.exp(-escapes);
  }

  private CriticalPoint better() {
    return map.minima().get(0);
  }

  private CriticalPoint worse() {
    return map.minima().get(1);
  }

  private double barrier() {
    return map.barrier(1, 0);
  }

  private static Plot plot(String title, String y, List<Outcome> outcomes, boolean reached) {
    List<Plot.Series> series = new ArrayList<>();
    for (Outcome o : outcomes) {
      series.add(
          Plot.Series.line(
              o.schedule().name() + ", predicted",
              o.steps(),
              reached ? o.predictedReached() : o.predictedLoss()));
      series.add(
          Plot.Series.points(o.schedule().name(), o.steps(), reached ? o.reached() : o.loss()));
    }
    return new Plot(title, STEP, new Plot.Axis(y, false), series);
  }
}
