package io.thermograd.agent.djl;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.nn.Block;
import ai.djl.training.Trainer;
import ai.djl.training.listener.TrainingListenerAdapter;
import ai.djl.training.tracker.Tracker;
import io.thermograd.agent.EventTransport;
import io.thermograd.agent.ReporterOptions;
import io.thermograd.agent.RunReporter;
import io.thermograd.agent.Sketcher;
import io.thermograd.wire.Vectors;
import io.thermograd.wire.proto.MicroBatch;
import io.thermograd.wire.proto.RunFinished;
import io.thermograd.wire.proto.RunStarted;
import io.thermograd.wire.proto.StepEvent;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches a training of the Deep Java Library:
 *
 * <pre>{@code
 * config.addTrainingListeners(
 *     new ThermogradListener(
 *         RunStarted.newBuilder().setRunId("digits").setDatasetSize(1797).setOptimizer(SGD).build(),
 *         new RecordingTransport(path), ReporterOptions.defaults(), Tracker.fixed(0.1f)));
 * }</pre>
 *
 * <p>DJL calls a listener after the backward pass of each batch and before the trainer's step, when
 * gradients and the parameters before the update are there. It gives one gradient a step, so noise
 * is estimated between steps; a batch's parts are not seen. A sum over several devices is not
 * either: with more than one device nothing is sent, and one line says so.
 *
 * <p>The run ends with the trainer's {@code close()}: as completed when it followed an epoch's end,
 * else as stopped, since DJL does not tell a listener of errors. Nothing here throws into training.
 * Cost a step: a copy of gradient and parameters to the heap, one pass over each, and the loss
 * evaluated once more from the predictions. One training thread, as DJL's listeners have.
 */
public final class ThermogradListener extends TrainingListenerAdapter {
  private static final Logger log = LoggerFactory.getLogger(ThermogradListener.class);
  private static final int DEFAULT_DIM = 1024;

  private final RunStarted template;
  private final EventTransport transport;
  private final ReporterOptions options;
  private final @Nullable Tracker learningRate;

  private @Nullable GradientReader reader;
  private @Nullable RunReporter reporter;
  private boolean blind;
  private long step;
  private long stepsOfEpoch;

  /**
   * A listener for one trainer.
   *
   * @param started what the run is; parameter count and sketch are filled in, with the sketch's dim
   *     and seed as given here (1,024 where the dim is 0). Where it has a weight decay, and the
   *     optimizer is one that adds it to the gradient, it is added to what is sent
   * @param transport owned by the listener from now on
   * @param learningRate the optimizer's own, asked for each update; null: not sent
   */
  public ThermogradListener(
      RunStarted started,
      EventTransport transport,
      ReporterOptions options,
      @Nullable Tracker learningRate) {
    this.template = started;
    this.transport = transport;
    this.options = options;
    this.learningRate = learningRate;
  }

  @Override
  public void onTrainingBatch(Trainer trainer, BatchData batchData) {
    guarded(
        () -> {
          Device[] devices = trainer.getDevices();
          if (devices.length > 1) {
            throw new IllegalStateException(
                "the trainer should have one device: has " + devices.length);
          }
          batch(
              trainer.getModel().getBlock(),
              batchData.getBatch().getSize(),
              () -> loss(trainer, batchData));
        });
  }

  @Override
  public void onEpoch(Trainer trainer) {
    epoch();
  }

  @Override
  public void onTrainingEnd(Trainer trainer) {
    end();
  }

  /** One batch whose gradients are there and whose step is still to come. */
  void batch(Block block, int examples, Supplier<@Nullable Double> loss) {
    GradientReader gradients = reader;
    if (gradients == null) {
      // Only now are the parameters sure to have their shapes.
      gradients = GradientReader.of(block, dim(), template.getSketchSeed(), decay());
      reader = gradients;
      reporter = RunReporter.start(started(gradients.sketcher()), transport, options);
    }
    MicroBatch.Builder whole =
        MicroBatch.newBuilder()
            .setExamples(examples)
            .setGradSketch(Vectors.float32(gradients.gradient()))
            .setGradSqnorm(gradients.sqnorm());
    StepEvent.Builder event =
        StepEvent.newBuilder()
            .setStep(step)
            .setBatchSize(examples)
            .addMicroBatches(whole)
            .setGradSqnorm(gradients.sqnorm())
            .setParamSketch(Vectors.float32(gradients.parameters()));
    Double value = loss.get();
    if (value != null) {
      event.setLoss(value);
    }
    if (learningRate != null) {
      // DJL counts updates from 1.
      event.setLearningRate(learningRate.getNewValue(Math.toIntExact(step + 1)));
    }
    if (reporter != null) {
      reporter.report(event);
    }
    step++;
    stepsOfEpoch++;
  }

  /** All of the data was seen once more. */
  void epoch() {
    stepsOfEpoch = 0;
  }

  /** The trainer was closed. */
  void end() {
    RunReporter open = reporter;
    reporter = null;
    blind = true;
    if (open != null) {
      open.finish(stepsOfEpoch == 0 ? RunFinished.Status.COMPLETED : RunFinished.Status.STOPPED);
      open.close();
    }
  }

  @SuppressWarnings("CatchingUnchecked")
  void guarded(Runnable look) {
    if (blind) {
      return;
    }
    try {
      look.run();
    } catch (Throwable anything) {
      // Once is enough: what failed now fails at every step.
      blind = true;
      log.warn(
          "Run {}: steps are not watched from {} on, because {}. Training is not affected.",
          template.getRunId(),
          step,
          String.valueOf(anything.getMessage()));
    }
  }

  private int dim() {
    return template.getSketchDim() == 0 ? DEFAULT_DIM : template.getSketchDim();
  }

  private double decay() {
    return switch (template.getOptimizer()) {
      case SGD, MOMENTUM, NESTEROV, ADAM ->
          template.hasWeightDecay() ? template.getWeightDecay() : 0;
      default -> 0;
    };
  }

  private RunStarted started(Sketcher sketcher) {
    return template.toBuilder()
        .setParameterCount(sketcher.parameterCount())
        .setSketchScheme(sketcher.scheme())
        .setSketchDim(sketcher.dim())
        .setSketchSeed(sketcher.seed())
        .build();
  }

  private static @Nullable Double loss(Trainer trainer, BatchData batch) {
    for (Map.Entry<Device, NDList> entry : batch.getLabels().entrySet()) {
      NDList predictions = batch.getPredictions().get(entry.getKey());
      if (predictions != null) {
        try (NDArray loss = trainer.getLoss().evaluate(entry.getValue(), predictions)) {
          return (double) loss.getFloat();
        }
      }
    }
    return null;
  }
}
