package io.thermograd.examples.djl;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.EasyTrain;
import ai.djl.training.Trainer;
import ai.djl.training.TrainingConfig;
import ai.djl.training.dataset.ArrayDataset;
import ai.djl.training.listener.TrainingListener;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import ai.djl.translate.TranslateException;
import io.thermograd.agent.EventTransport;
import io.thermograd.agent.KafkaTransport;
import io.thermograd.agent.RecordingTransport;
import io.thermograd.agent.ReporterOptions;
import io.thermograd.agent.djl.ThermogradListener;
import io.thermograd.simulator.data.Dataset;
import io.thermograd.simulator.data.Digits;
import io.thermograd.wire.proto.RunStarted;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/**
 * A 64-128-10 ReLU network on handwritten digits, trained by DJL on PyTorch and watched.
 *
 * <pre>
 * ./mvnw -q -Pdjl -pl agent/jvm/examples/djl -am install -DskipTests
 * ./mvnw -q -Pdjl -pl agent/jvm/examples/djl exec:java -Dexec.args="digits.tgr 20"
 * ./thermograd replay digits.tgr
 * </pre>
 *
 * The first argument is a recording to write or the HOST:PORT of a broker, the second the number of
 * epochs. Expected: the loss falls from 2.3 to about 0.09 in 20 epochs; verdict "The loss is
 * falling", no alerts; tr Σ near 10 and the temperature from differences between steps, since DJL
 * shows one gradient a step; what needs two micro-batches (effective dimension, eigenvalues) is
 * absent and says so.
 */
public final class DigitsMlp {
  /** Examples of a step. */
  public static final int BATCH = 32;

  private static final float LEARNING_RATE = 0.1f;

  private DigitsMlp() {}

  /** Trains. */
  public static void main(String[] arguments) throws IOException, TranslateException {
    if (arguments.length != 2) {
      throw new IllegalArgumentException("arguments should be FILE.tgr or HOST:PORT, and EPOCHS");
    }
    String where = arguments[0];
    EventTransport transport =
        where.endsWith(".tgr")
            ? new RecordingTransport(Path.of(where))
            : new KafkaTransport(Map.of("bootstrap.servers", where));
    train(transport, Integer.parseInt(arguments[1]));
  }

  static void train(EventTransport transport, int epochs, TrainingListener... others)
      throws IOException, TranslateException {
    Engine engine = Engine.getEngine("PyTorch");
    engine.setRandomSeed(7);
    Dataset digits = Digits.load();
    Tracker rate = Tracker.fixed(LEARNING_RATE);
    RunStarted run =
        RunStarted.newBuilder()
            .setRunId("digits-djl")
            .setDatasetSize(digits.size())
            .setSampling(RunStarted.Sampling.WITHOUT_REPLACEMENT)
            .setOptimizer(RunStarted.Optimizer.SGD)
            .setBudgetSteps((long) epochs * (digits.size() / BATCH))
            .build();
    try (Model model = Model.newInstance("digits", "PyTorch")) {
      model.setBlock(network());
      TrainingConfig config =
          new DefaultTrainingConfig(Loss.softmaxCrossEntropyLoss())
              .optDevices(new Device[] {Device.cpu()})
              .optOptimizer(Optimizer.sgd().setLearningRateTracker(rate).build())
              .addTrainingListeners(
                  new ThermogradListener(run, transport, ReporterOptions.defaults(), rate))
              .addTrainingListeners(others);
      try (Trainer trainer = model.newTrainer(config)) {
        trainer.initialize(new Shape(BATCH, digits.features()));
        EasyTrain.fit(trainer, epochs, dataset(trainer.getManager(), digits), null);
      }
    }
  }

  static Block network() {
    return new SequentialBlock()
        .add(Linear.builder().setUnits(128).build())
        .add(Activation::relu)
        .add(Linear.builder().setUnits(Digits.CLASSES).build());
  }

  private static ArrayDataset dataset(NDManager manager, Dataset digits) {
    float[] inputs = new float[digits.size() * digits.features()];
    float[] labels = new float[digits.size()];
    for (int i = 0; i < digits.size(); i++) {
      digits.copyInput(i, inputs, i * digits.features());
      labels[i] = digits.label(i);
    }
    NDArray x = manager.create(inputs, new Shape(digits.size(), digits.features()));
    NDArray y = manager.create(labels);
    return new ArrayDataset.Builder()
        .setData(x)
        .optLabels(y)
        .setSampling(BATCH, true, true)
        .build();
  }
}
