package io.thermograd.stream;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.thermograd.wire.EventCodec;
import io.thermograd.wire.InvalidEventException;
import io.thermograd.wire.Vectors;
import io.thermograd.wire.proto.Event;
import io.thermograd.wire.proto.MicroBatch;
import io.thermograd.wire.proto.RunFinished;
import io.thermograd.wire.proto.RunStarted;
import io.thermograd.wire.proto.StepEvent;
import io.thermograd.wire.proto.Vector;
import java.util.SplittableRandom;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;

/** Events whose every field is extreme, as far as the codec lets them through. */
class RunFoldFuzzTest {
  private static final double[] NUMBERS = {
    0,
    -0.0,
    1,
    -1,
    0.1,
    1e-308,
    4.9e-324,
    1e150,
    1e300,
    1e308,
    -1e308,
    Double.MAX_VALUE,
    Double.NaN,
    Double.POSITIVE_INFINITY,
    Double.NEGATIVE_INFINITY,
    0.9999999999999999
  };
  private static final long[] INTEGERS = {
    0, 1, 2, 3, 100, Integer.MAX_VALUE, 1L << 32, Long.MAX_VALUE - 1, Long.MAX_VALUE, -1
  };

  private final Fuzz fuzz = new Fuzz();

  @RepeatedTest(150)
  void nothingThatDecodesIsTooMuch(RepetitionInfo info) throws InvalidEventException {
    fuzz.random = new SplittableRandom(info.getCurrentRepetition());
    fuzz.tame = info.getCurrentRepetition() % 5 + 1;
    var fold = new RunFold("run", AnalysisConfig.DEFAULT);
    int applied = 0;
    for (int i = 0; i < 300; i++) {
      Event event;
      try {
        event = EventCodec.decode(fuzz.event(i).toByteArray());
      } catch (InvalidEventException refused) {
        continue;
      }
      var output = new Collected();
      fold.apply(event, output);
      assertThat(output.rejections.size()).isLessThanOrEqualTo(1);
      Outputs.check(output);
      applied++;
    }
    assertThat(applied).isGreaterThan(20);
  }

  private static final class Fuzz {
    SplittableRandom random = new SplittableRandom(0);
    int tame = 1;

    boolean wild() {
      return random.nextInt(3 * tame) == 0;
    }

    double number(double usual) {
      return wild() ? NUMBERS[random.nextInt(NUMBERS.length)] : usual;
    }

    long integer(long usual) {
      return wild() ? INTEGERS[random.nextInt(INTEGERS.length)] : usual;
    }

    int small(int usual) {
      return (int) integer(usual);
    }

    Event event(int i) {
      if (i == 0 || random.nextInt(60) == 0) {
        return Event.newBuilder().setRunStarted(started(i)).build();
      }
      if (random.nextInt(80) == 0) {
        return Event.newBuilder()
            .setRunFinished(
                RunFinished.newBuilder()
                    .setRunId("run")
                    .setAttempt(random.nextInt(6))
                    .setStatusValue(small(1))
                    .setTime(number(i))
                    .setDroppedEvents(integer(0)))
            .build();
      }
      return Event.newBuilder().setStep(step(i)).build();
    }

    RunStarted started(int i) {
      RunStarted.Builder s =
          RunStarted.newBuilder()
              .setRunId("run")
              .setAttempt(i / 60)
              .setStartedAt(i == 0 ? 0 : number(i))
              .setSketchDim(random.nextInt(4) == 0 ? 0 : 3)
              .setSketchScheme(random.nextBoolean() ? "identity" : "")
              .setWorldSize(random.nextInt(10) == 0 ? 65_536 : random.nextInt(3))
              .setOptimizerValue(random.nextInt(8));
      if (i > 0 || random.nextBoolean()) {
        s.setDatasetSize(Math.max(1, integer(50)));
        s.setSamplingValue(random.nextInt(4));
      }
      if (random.nextBoolean()) {
        s.setMomentum(random.nextBoolean() ? 0.9999999999999999 : 0.9);
      }
      if (random.nextBoolean()) {
        s.setParameterCount(Math.max(1, integer(100)));
      }
      return s.build();
    }

    StepEvent step(int i) {
      StepEvent.Builder s =
          StepEvent.newBuilder()
              .setRunId("run")
              .setAttempt(i / 60)
              .setStep(random.nextInt(200) == 0 ? integer(i) : i)
              .setRank(random.nextInt(10) == 0 ? small(0) : 0)
              .setTime(number(i))
              .setDroppedEvents(integer(0));
      if (random.nextInt(4) > 0) {
        s.setLoss(number(1));
      }
      if (random.nextInt(4) > 0) {
        s.setLearningRate(number(0.1));
      }
      if (random.nextInt(4) == 0) {
        s.setBatchSize(random.nextBoolean() ? Integer.MAX_VALUE : 64);
      }
      if (random.nextInt(4) == 0) {
        s.setGradSqnorm(number(2));
      }
      if (random.nextInt(4) == 0) {
        s.setGradSketch(vector());
      }
      if (random.nextInt(8) == 0) {
        s.setNonfiniteCount(integer(0));
      }
      if (random.nextInt(8) == 0) {
        s.setLossScale(number(1));
      }
      int m = random.nextInt(4);
      boolean norms = random.nextBoolean();
      boolean sketches = random.nextInt(3) > 0;
      for (int j = 0; j < m; j++) {
        MicroBatch.Builder b = MicroBatch.newBuilder().setExamples(wild() ? Integer.MAX_VALUE : 8);
        if (norms) {
          b.setGradSqnorm(number(3));
        }
        if (sketches) {
          b.setGradSketch(vector());
        }
        if (random.nextInt(4) == 0) {
          b.setLoss(number(1));
        }
        s.addMicroBatches(b);
      }
      return s.build();
    }

    Vector vector() {
      if (random.nextInt(50) == 0) {
        return Vector.newBuilder().setFloat32(ByteString.copyFrom(new byte[4])).build();
      }
      float[] x = new float[3];
      for (int i = 0; i < 3; i++) {
        x[i] =
            wild() ? Float.intBitsToFloat(random.nextInt()) : (float) (1 + random.nextGaussian());
      }
      return random.nextInt(3) == 0 ? Vectors.bfloat16(x) : Vectors.float32(x);
    }
  }
}
