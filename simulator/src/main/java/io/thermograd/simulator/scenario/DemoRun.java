package io.thermograd.simulator.scenario;

import io.thermograd.simulator.data.Digits;
import io.thermograd.simulator.model.Mlp;
import io.thermograd.simulator.optimize.LearningRate;
import io.thermograd.simulator.optimize.OptimizerSettings;
import io.thermograd.simulator.train.Batches;
import io.thermograd.simulator.train.ClassifierTask;
import io.thermograd.simulator.train.CurvatureProbes;
import io.thermograd.simulator.train.SamplingScheme;
import io.thermograd.simulator.train.Start;
import io.thermograd.simulator.train.TrainingPlan;
import io.thermograd.simulator.train.TrainingRun;
import java.util.Map;

/**
 * The demonstration: a 64-128-10 ReLU network learns the digits to about 98 % in 3,000 steps, then
 * its learning rate is raised {@value #RAISE_FACTOR}-fold. What follows, with every seed tried
 * (1–4), is what happens to ReLU networks with softmax cross-entropy: within 2 steps the loss
 * passes that of guessing (log 10 = 2.3), within 6 it peaks at 50–220, some thousand times where it
 * was, and then the hidden units are dead. Only the output biases still learn, so the loss stays at
 * about log 10; nothing overflows.
 */
public final class DemoRun {
  public static final String RUN_ID = "demo";
  public static final long SEED = 1;
  public static final int HIDDEN = 128;
  public static final double MOMENTUM = 0.9;
  public static final double LEARNING_RATE = 0.01;
  public static final int MICRO_BATCHES = 4;
  public static final int MICRO_BATCH_SIZE = 16;

  /** What is held back for validation: a fifth. */
  public static final int TEST_EXAMPLES = 360;

  /** Step from which on the learning rate is too high. */
  public static final long RAISE_STEP = 3_000;

  public static final double RAISE_FACTOR = 200;
  public static final long STEPS = 3_600;
  public static final int VALIDATE_EVERY = 50;
  public static final int PROBE_EVERY = 500;

  /** At this pace the trouble starts after 38 seconds and the run ends after 45. */
  public static final double STEPS_PER_SECOND = 80;

  static final Map<String, String> LABELS = Map.of("model", "mlp-64-128-10", "data", "digits");

  private DemoRun() {}

  /** The demonstration as above. */
  public static TrainingRun of(long seed) {
    return new TrainingRun(
        RUN_ID,
        LABELS,
        plan(),
        TrainingRun.DEFAULT_SKETCH_DIM,
        seed,
        () -> probed(task(seed).get()));
  }

  private static Start probed(Start start) {
    return start.observedBy(new CurvatureProbes(start.source(), 0, PROBE_EVERY));
  }

  static TrainingPlan plan() {
    return TrainingPlan.of(
        OptimizerSettings.heavyBall(MOMENTUM),
        LearningRate.constant(LEARNING_RATE).times(RAISE_FACTOR, RAISE_STEP),
        Batches.of(MICRO_BATCHES, MICRO_BATCH_SIZE),
        STEPS);
  }

  static ClassifierTask task(long seed) {
    return new ClassifierTask(
        Mlp.relu(Digits.FEATURES, HIDDEN, Digits.CLASSES),
        Digits.load(),
        TEST_EXAMPLES,
        SamplingScheme.WITHOUT_REPLACEMENT,
        VALIDATE_EVERY,
        seed);
  }
}
