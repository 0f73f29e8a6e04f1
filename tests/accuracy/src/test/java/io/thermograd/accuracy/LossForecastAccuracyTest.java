package io.thermograd.accuracy;

import io.thermograd.agent.Sketcher;
import io.thermograd.estimate.fluctuation.Fluctuations;
import io.thermograd.estimate.noise.NoiseEstimator;
import io.thermograd.estimate.step.QuantityList;
import io.thermograd.estimate.step.RunSettings;
import io.thermograd.estimate.step.TrainingStep;
import io.thermograd.simulator.data.Dataset;
import io.thermograd.simulator.data.Digits;
import io.thermograd.simulator.data.LabelNoise;
import io.thermograd.simulator.model.Evaluator;
import io.thermograd.simulator.model.Mlp;
import io.thermograd.simulator.optimize.LearningRate;
import io.thermograd.simulator.optimize.OptimizerSettings;
import io.thermograd.simulator.train.Batches;
import io.thermograd.simulator.train.ObjectiveSource;
import io.thermograd.simulator.train.SamplingScheme;
import io.thermograd.simulator.train.StepView;
import io.thermograd.simulator.train.Trainer;
import io.thermograd.simulator.train.TrainingPlan;
import io.thermograd.wire.Quantity;
import io.thermograd.wire.QuantityName;
import io.thermograd.wire.proto.RunStarted.Optimizer;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.api.SoftAssertions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The forecast of the loss, put to the test: networks on the digits are trained until they are
 * stationary; then their learning rate is halved, or their batch doubled, or nothing changed, and
 * the difference that the change makes to the loss is compared with what was forecast. Weight decay
 * is what makes them stationary.
 */
@ExtendWith(AccuracyTable.class)
class LossForecastAccuracyTest {
  private static final double HALF_LIFE = 500;
  private static final int DIM = 1024;
  private static final int MICRO_BATCHES = 4;
  private static final int SIZE = 8;
  private static final int BURN_IN = 2_500;
  private static final int BEFORE = 4_200;
  private static final int SETTLE = 800;
  private static final int AFTER = 2_400;
  private static final int EVERY = 80;

  /** 40 trials at scale 1. */
  private static final int STATES = 5 * Integer.getInteger("thermograd.accuracy.scale", 1);

  private record Setting(
      String name, Mlp mlp, Dataset data, double eta, double decay, SamplingScheme sampling) {}

  private static List<Setting> settings() {
    Dataset digits = Digits.load();
    Mlp tanh = Mlp.tanh(Digits.FEATURES, 32, Digits.CLASSES);
    Mlp relu = Mlp.relu(Digits.FEATURES, 32, Digits.CLASSES);
    SamplingScheme with = SamplingScheme.WITH_REPLACEMENT;
    SamplingScheme without = SamplingScheme.WITHOUT_REPLACEMENT;
    return List.of(
        new Setting("tanh, η 0.3", tanh, digits, 0.3, 0.01, with),
        new Setting("ReLU, η 0.3", relu, digits, 0.3, 0.01, with),
        new Setting(
            "ReLU, η 0.2, 20 % wrong labels",
            relu, new LabelNoise(0.2).flip(digits, 1), 0.2, 0.01, with),
        new Setting("tanh, η 0.5, epochs", tanh, digits, 0.5, 0.01, without));
  }

  /** Trains on, calling back in every step; returns where it ends. */
  private static double[] train(
      Setting setting,
      double[] theta,
      double eta,
      int size,
      int steps,
      long seed,
      Consumer<StepView> each) {
    TrainingPlan plan =
        TrainingPlan.of(
            new OptimizerSettings.Sgd(setting.decay()),
            LearningRate.constant(eta),
            Batches.of(MICRO_BATCHES, size),
            steps);
    ObjectiveSource source =
        new ObjectiveSource(new Evaluator(setting.mlp(), setting.data()), setting.sampling(), seed);
    return new Trainer(source, theta, plan, seed).run(each, () -> false).theta();
  }

  /** Mean over steps of the full loss, or in epochs of the mini-batch's. */
  private static final class MeanLoss implements Consumer<StepView> {
    private final Setting setting;
    private final Evaluator evaluator;
    private final int from;
    private double sum;
    private int count;

    MeanLoss(Setting setting, int from) {
      this.setting = setting;
      this.evaluator = new Evaluator(setting.mlp(), setting.data());
      this.from = from;
    }

    @Override
    public void accept(StepView step) {
      if (step.step() < from) {
        return;
      }
      if (setting.sampling() == SamplingScheme.WITHOUT_REPLACEMENT) {
        sum += step.loss();
        count++;
      } else if (step.step() % EVERY == 0) {
        double square = 0;
        for (float x : step.theta()) {
          square += (double) x * x;
        }
        sum += evaluator.loss(step.theta()) + 0.5 * setting.decay() * square;
        count++;
      }
    }

    double value() {
      return sum / count;
    }
  }

  /** The mean loss once settled. */
  private static double loss(Setting setting, double[] theta, double eta, int size, long seed) {
    MeanLoss loss = new MeanLoss(setting, SETTLE);
    train(setting, theta, eta, size, SETTLE + AFTER, 10 * seed + 2, loss);
    return loss.value();
  }

  private record Trial(
      String where, @Nullable Quantity forecast, @Nullable String absent, double change) {

    boolean comesTrue() {
      Quantity q = forecast;
      return q != null
          && Objects.requireNonNull(q.low()) <= change
          && change <= Objects.requireNonNull(q.high());
    }
  }

  private static Stream<Trial> trials(Setting setting, long seed) {
    float[] start = setting.mlp().initialise(seed);
    double[] theta = new double[start.length];
    Arrays.setAll(theta, i -> start[i]);
    double[] burnt = train(setting, theta, setting.eta(), SIZE, BURN_IN, 10 * seed, step -> {});
    Watch watch = new Watch(setting, seed);
    double[] end = train(setting, burnt, setting.eta(), SIZE, BEFORE, 10 * seed + 1, watch);
    double unchanged = loss(setting, end, setting.eta(), SIZE, seed);
    QuantityList list = new QuantityList();
    watch.fluctuations.describe(list, null);
    return Stream.of(true, false)
        .map(
            half -> {
              double changed =
                  half
                      ? loss(setting, end, setting.eta() / 2, SIZE, seed)
                      : loss(setting, end, setting.eta(), 2 * SIZE, seed);
              String name =
                  (half
                          ? QuantityName.LOSS_CHANGE_HALF_LEARNING_RATE
                          : QuantityName.LOSS_CHANGE_DOUBLE_BATCH)
                      .id();
              return new Trial(
                  setting.name() + (half ? ", half η" : ", twice B"),
                  list.quantities().get(name),
                  list.absent().get(name),
                  changed - unchanged);
            });
  }

  /** What the agent and the analyzer do with each step. */
  private static final class Watch implements Consumer<StepView> {
    private final Sketcher sketcher;
    private final NoiseEstimator noise;
    private final Fluctuations fluctuations;

    Watch(Setting setting, long seed) {
      int p = setting.mlp().parameterCount();
      sketcher = Sketcher.of(p, DIM, seed);
      RunSettings settings =
          RunSettings.of(Optimizer.SGD)
              .withDatasetSize(
                  setting.sampling() == SamplingScheme.WITHOUT_REPLACEMENT
                      ? setting.data().size()
                      : 0)
              .withSketchDim(DIM);
      noise = new NoiseEstimator(settings, HALF_LIFE);
      fluctuations = new Fluctuations(settings, HALF_LIFE);
    }

    @Override
    public void accept(StepView view) {
      TrainingStep step = SketchedStep.of(view, sketcher);
      noise.accept(step);
      fluctuations.accept(step, noise);
      noise.endStep();
    }
  }

  @Test
  void forecastsComeTrue() {
    SoftAssertions softly = new SoftAssertions();
    List<List<Trial>> all =
        settings().stream()
            .map(
                setting ->
                    IntStream.range(0, STATES)
                        .parallel()
                        .boxed()
                        .flatMap(s -> trials(setting, s))
                        .toList())
            .toList();
    int published = 0;
    int come = 0;
    int wide = 0;
    int count = 0;
    for (List<Trial> trials : all) {
      for (String where : trials.stream().map(Trial::where).distinct().sorted().toList()) {
        StringBuilder line = new StringBuilder();
        for (Trial trial : trials) {
          if (trial.where().equals(where)) {
            count++;

            Quantity q = trial.forecast();
            if (q == null) {
              line.append(" absent: ").append(trial.absent()).append(';');
              continue;
            }
            double low = Objects.requireNonNull(q.low());
            double high = Objects.requireNonNull(q.high());
            double value = Objects.requireNonNull(q.value());
            boolean within = trial.comesTrue();
            published++;
            come += within ? 1 : 0;
            wide += high - low > -value ? 1 : 0;
            line.append(
                " %.1f of %.1f [%.1f, %.1f]%s;"
                    .formatted(
                        1000 * trial.change(),
                        1000 * value,
                        1000 * low,
                        1000 * high,
                        within ? "" : " NO"));
          }
        }
        AccuracyTable.note("loss forecast, ×1,000", where, line.toString().trim());
      }
    }
    AccuracyTable.add(
        softly,
        "loss forecast",
        "half η and twice B, digits, %d trials".formatted(count),
        ">= 90 % of all come true, intervals no wider than the change",
        "%d of %d, %d published, %d too wide".formatted(come, count, published, wide),
        come >= 0.9 * count && wide == 0);
    softly.assertAll();
  }
}
