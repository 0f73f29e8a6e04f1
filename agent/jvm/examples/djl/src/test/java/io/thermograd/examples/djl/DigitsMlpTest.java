package io.thermograd.examples.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDList;
import ai.djl.nn.Parameter;
import ai.djl.training.Trainer;
import ai.djl.training.listener.TrainingListenerAdapter;
import io.thermograd.agent.RecordingTransport;
import io.thermograd.agent.Sketcher;
import io.thermograd.wire.EventReader;
import io.thermograd.wire.Recordings;
import io.thermograd.wire.Vectors;
import io.thermograd.wire.proto.Event;
import io.thermograd.wire.proto.RunFinished;
import io.thermograd.wire.proto.StepEvent;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the listener sends of DJL's own PyTorch engine, against backpropagation by hand in double.
 */
class DigitsMlpTest {
  private static final int HIDDEN = 128;

  /** Takes each batch's inputs, and the parameters it met. */
  private static final class Witness extends TrainingListenerAdapter {
    final List<float[]> inputs = new ArrayList<>();
    final List<float[]> labels = new ArrayList<>();
    final List<List<float[]>> parameters = new ArrayList<>();

    @Override
    public void onTrainingBatch(Trainer trainer, BatchData batch) {
      NDList data = batch.getBatch().getData();
      inputs.add(data.head().toFloatArray());
      labels.add(batch.getBatch().getLabels().head().toFloatArray());
      List<float[]> now = new ArrayList<>();
      for (Parameter p : trainer.getModel().getBlock().getParameters().values()) {
        now.add(p.getArray().toFloatArray());
      }
      parameters.add(now);
    }
  }

  @Test
  void gradientsAndParametersAreThoseOfTheTraining(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("digits.tgr");
    Witness witness = new Witness();
    DigitsMlp.train(new RecordingTransport(file), 2, witness);
    List<Event> events = new ArrayList<>();
    try (EventReader reader = Recordings.open(file)) {
      for (Event event = reader.next(); event != null; event = reader.next()) {
        events.add(event);
      }
    }
    List<StepEvent> steps = events.stream().filter(Event::hasStep).map(Event::getStep).toList();
    assertThat(steps).hasSize(2 * (1797 / DigitsMlp.BATCH)).hasSameSizeAs(witness.inputs);
    assertThat(events.get(events.size() - 1).getRunFinished().getStatus())
        .isEqualTo(RunFinished.Status.COMPLETED);
    Sketcher sketcher = Sketcher.of(64 * 128 + 128 + 128 * 10 + 10, 1024, 0);
    for (int t = 0; t < steps.size(); t += 11) {
      List<float[]> theta = witness.parameters.get(t);
      double[] loss = new double[1];
      List<float[]> expected = gradient(theta, witness.inputs.get(t), witness.labels.get(t), loss);
      StepEvent step = steps.get(t);
      assertThat(step.getLoss()).isCloseTo(loss[0], within(1e-5));
      assertThat(step.getGradSqnorm()).isCloseTo(square(expected), within(1e-5));
      assertThat(step.getLearningRate()).isCloseTo(0.1, within(1e-8));
      assertThat(Vectors.toFloats(step.getMicroBatches(0).getGradSketch()))
          .usingComparatorWithPrecision(1e-5f)
          .containsExactly(sketch(sketcher, expected));
      assertThat(Vectors.toFloats(step.getParamSketch())).containsExactly(sketch(sketcher, theta));
    }
    assertThat(steps.get(steps.size() - 1).getLoss()).isLessThan(0.7 * steps.get(0).getLoss());
  }

  private static float[] sketch(Sketcher sketcher, List<float[]> tensors) {
    float[] out = new float[sketcher.dim()];
    sketcher.reset(out);
    tensors.forEach(sketcher::accept);
    sketcher.finish();
    return out;
  }

  private static double square(List<float[]> tensors) {
    double sum = 0;
    for (float[] tensor : tensors) {
      for (float x : tensor) {
        sum += (double) x * x;
      }
    }
    return sum;
  }

  /** Of the mean cross-entropy, by the chain rule: θ is W₁ (128 × 64), b₁, W₂ (10 × 128), b₂. */
  private static List<float[]> gradient(
      List<float[]> theta, float[] inputs, float[] labels, double[] loss) {
    int n = labels.length;
    double[][] g = new double[4][];
    for (int i = 0; i < 4; i++) {
      g[i] = new double[theta.get(i).length];
    }
    for (int e = 0; e < n; e++) {
      double[] hidden = new double[HIDDEN];
      for (int j = 0; j < HIDDEN; j++) {
        double z = theta.get(1)[j];
        for (int i = 0; i < 64; i++) {
          z += (double) theta.get(0)[j * 64 + i] * inputs[e * 64 + i];
        }
        hidden[j] = Math.max(z, 0);
      }
      double[] p = new double[10];
      double total = 0;
      for (int c = 0; c < 10; c++) {
        double z = theta.get(3)[c];
        for (int j = 0; j < HIDDEN; j++) {
          z += theta.get(2)[c * HIDDEN + j] * hidden[j];
        }
        p[c] = Math.exp(z);
        total += p[c];
      }
      loss[0] -= Math.log(p[(int) labels[e]] / total) / n;
      double[] back = new double[HIDDEN];
      for (int c = 0; c < 10; c++) {
        double delta = (p[c] / total - (c == (int) labels[e] ? 1 : 0)) / n;
        g[3][c] += delta;
        for (int j = 0; j < HIDDEN; j++) {
          g[2][c * HIDDEN + j] += delta * hidden[j];
          back[j] += delta * theta.get(2)[c * HIDDEN + j];
        }
      }
      for (int j = 0; j < HIDDEN; j++) {
        if (hidden[j] > 0) {
          g[1][j] += back[j];
          for (int i = 0; i < 64; i++) {
            g[0][j * 64 + i] += back[j] * inputs[e * 64 + i];
          }
        }
      }
    }
    List<float[]> answer = new ArrayList<>();
    for (double[] part : g) {
      float[] narrow = new float[part.length];
      for (int i = 0; i < part.length; i++) {
        narrow[i] = (float) part[i];
      }
      answer.add(narrow);
    }
    return answer;
  }
}
