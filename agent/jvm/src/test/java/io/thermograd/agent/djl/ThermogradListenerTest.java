package io.thermograd.agent.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.nn.Block;
import ai.djl.training.tracker.Tracker;
import io.thermograd.agent.EventTransport;
import io.thermograd.agent.ReporterOptions;
import io.thermograd.agent.Sketcher;
import io.thermograd.wire.Vectors;
import io.thermograd.wire.proto.Event;
import io.thermograd.wire.proto.RunFinished;
import io.thermograd.wire.proto.RunStarted;
import io.thermograd.wire.proto.StepEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What is sent of a batch. With DJL's own engine: the example's test, {@code -Pdjl}. */
class ThermogradListenerTest {
  private final List<Event> events = Collections.synchronizedList(new ArrayList<>());
  private final FakeTensors tensors = new FakeTensors();
  private final EventTransport transport =
      new EventTransport() {
        @Override
        public void send(Event event) {
          events.add(event);
        }

        @Override
        public void flush(Duration deadline) {}

        @Override
        public long failed() {
          return 0;
        }

        @Override
        public void close(Duration deadline) {}
      };

  private ThermogradListener listener(RunStarted.Builder started) {
    return new ThermogradListener(
        started.setRunId("r").build(), transport, ReporterOptions.defaults(), Tracker.fixed(0.5f));
  }

  private List<StepEvent> steps() {
    return events.stream().filter(Event::hasStep).map(Event::getStep).toList();
  }

  @Test
  void sendsGradientParametersLossAndRateOfEachBatch() {
    float[][] gradient = {{1, 2}};
    Block block =
        FakeTensors.block(
            List.of(
                FakeTensors.parameter("w", tensors.array(new float[] {3, 4}, gradient), true),
                FakeTensors.parameter("frozen", tensors.array(new float[] {9}, null), false),
                FakeTensors.parameter("unused", tensors.array(new float[] {5}, null), true)));
    ThermogradListener listener = listener(RunStarted.newBuilder().setDatasetSize(10));
    listener.batch(block, 4, () -> 0.25);
    gradient[0] = new float[] {-1, 0};
    listener.batch(block, 2, () -> null);
    listener.epoch();
    listener.end();

    RunStarted started = events.get(0).getRunStarted();
    assertThat(started.getParameterCount()).isEqualTo(3);
    assertThat(started.getSketchScheme()).isEqualTo("identity");
    assertThat(started.getDatasetSize()).isEqualTo(10);
    StepEvent first = steps().get(0);
    assertThat(Vectors.toFloats(first.getMicroBatches(0).getGradSketch())).containsExactly(1, 2, 0);
    assertThat(Vectors.toFloats(first.getParamSketch())).containsExactly(3, 4, 5);
    assertThat(first.getGradSqnorm()).isEqualTo(5);
    assertThat(first.getBatchSize()).isEqualTo(4);
    assertThat(first.getLoss()).isEqualTo(0.25);
    assertThat(first.getLearningRate()).isEqualTo(0.5);
    StepEvent second = steps().get(1);
    assertThat(second.getStep()).isEqualTo(1);
    assertThat(second.hasLoss()).isFalse();
    assertThat(Vectors.toFloats(second.getMicroBatches(0).getGradSketch()))
        .containsExactly(-1, 0, 0);
    assertThat(events.get(events.size() - 1).getRunFinished().getStatus())
        .isEqualTo(RunFinished.Status.COMPLETED);
    assertThat(tensors.open).hasValue(0);
  }

  @Test
  void addsTheDecayThatTheOptimizerAdds() {
    float[][] gradient = {{1, 2}};
    Block block =
        FakeTensors.block(
            List.of(FakeTensors.parameter("w", tensors.array(new float[] {4, 8}, gradient), true)));
    for (RunStarted.Optimizer optimizer :
        List.of(RunStarted.Optimizer.SGD, RunStarted.Optimizer.ADAMW)) {
      ThermogradListener listener =
          listener(RunStarted.newBuilder().setOptimizer(optimizer).setWeightDecay(0.25));
      listener.batch(block, 1, () -> null);
      listener.end();
    }
    assertThat(steps().stream().map(s -> Vectors.toFloats(s.getMicroBatches(0).getGradSketch())))
        .containsExactly(new float[] {2, 4}, new float[] {1, 2});
    assertThat(steps().stream().map(StepEvent::getGradSqnorm)).containsExactly(20.0, 5.0);
  }

  @Test
  void aLargeVectorIsSketchedAsTheAgentDoes() {
    float[] values = new float[3_000];
    float[] slopes = new float[3_000];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) Math.sin(i);
      slopes[i] = (float) Math.cos(i * i);
    }
    Block block =
        FakeTensors.block(
            List.of(
                FakeTensors.parameter("w", tensors.array(values, new float[][] {slopes}), true)));
    ThermogradListener listener =
        listener(RunStarted.newBuilder().setSketchDim(256).setSketchSeed(5));
    listener.batch(block, 1, () -> null);
    listener.end();
    Sketcher sketcher = Sketcher.of(3_000, 256, 5);
    float[] expected = new float[256];
    sketcher.sketch(slopes, expected);
    StepEvent step = steps().get(0);
    assertThat(Vectors.toFloats(step.getMicroBatches(0).getGradSketch())).isEqualTo(expected);
    double square = 0;
    for (float x : slopes) {
      square += (double) x * x;
    }
    assertThat(step.getGradSqnorm()).isCloseTo(square, within(1e-9));
    assertThat(events.get(events.size() - 1).getRunFinished().getStatus())
        .as("closed in the middle of an epoch")
        .isEqualTo(RunFinished.Status.STOPPED);
  }

  @Test
  void whatFailsIsSaidOnceAndTrainingGoesOn() {
    Block nothingTrains =
        FakeTensors.block(
            List.of(FakeTensors.parameter("w", tensors.array(new float[] {1}, null), false)));
    ThermogradListener listener = listener(RunStarted.newBuilder());
    Stream.of(1, 2)
        .forEach(n -> listener.guarded(() -> listener.batch(nothingTrains, 1, () -> 0.)));
    listener.end();
    assertThat(events).isEmpty();
  }
}
