package io.thermograd.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.thermograd.agent.LayerSketcher.Layer;
import io.thermograd.wire.EventCodec;
import io.thermograd.wire.Vectors;
import io.thermograd.wire.proto.Event;
import io.thermograd.wire.proto.MicroBatch;
import io.thermograd.wire.proto.RunStarted;
import io.thermograd.wire.proto.StepEvent;
import io.thermograd.wire.proto.Vector;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class LayerSketcherTest {

  private static List<float[]> floats(List<Vector> sketches) {
    return sketches.stream().map(Vectors::toFloats).toList();
  }

  private static List<Layer> consecutive(long... lengths) {
    List<Layer> layers = new ArrayList<>();
    long at = 0;
    for (long n : lengths) {
      layers.add(new Layer("layer" + layers.size(), at, n));
      at += n;
    }
    return layers;
  }

  /** {@code sketch/layers_vectors.py}; the Python agent's tests read the same file. */
  @Test
  void sameBitsAsNumpy() throws Exception {
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(
                Objects.requireNonNull(getClass().getResourceAsStream("/sketch/layers.csv")),
                StandardCharsets.US_ASCII))) {
      List<String> lines = reader.lines().filter(line -> !line.startsWith("#")).toList();
      assertThat(lines).hasSize(8);
      for (String line : lines) {
        String[] fields = line.split(",", -1);
        long[] lengths =
            Arrays.stream(fields[0].split(" ", -1)).mapToLong(Long::parseLong).toArray();
        int count = (int) Arrays.stream(lengths).sum();
        LayerSketcher layers =
            LayerSketcher.of(
                count,
                consecutive(lengths),
                Integer.parseInt(fields[1]),
                Long.parseLong(fields[2]));
        float[] x =
            new SketchConformanceTest.Case(count, 0, 0, Long.parseLong(fields[3]), new float[0])
                .vector();
        float[] found = Vectors.toFloats(layers.sketch(x).get(Integer.parseInt(fields[4])));
        String[] hex = fields[5].split(" ", -1);
        assertThat(found).hasSize(hex.length);
        for (int i = 0; i < hex.length; i++) {
          assertThat(Float.floatToRawIntBits(found[i]))
              .isEqualTo(Integer.parseUnsignedInt(hex[i], 16));
        }
      }
    }
  }

  @Test
  void aLayerIsAVectorOfItsOwn() {
    // A gap before, between and behind.
    List<Layer> layers =
        List.of(new Layer("a", 10, 700), new Layer("b", 710, 3), new Layer("c", 800, 999));
    LayerSketcher sketcher = LayerSketcher.of(2_000, layers, 256, 4);
    float[] x = SketcherTest.gaussian(2_000, 5);
    List<float[]> found = floats(sketcher.sketch(x));
    for (int l = 0; l < 3; l++) {
      Layer layer = layers.get(l);
      float[] part =
          Arrays.copyOfRange(x, (int) layer.offset(), (int) (layer.offset() + layer.length()));
      Sketcher alone = Sketcher.of(part.length, 256, 4);
      float[] expected = new float[alone.dim()];
      alone.sketch(part, expected);
      assertThat(found.get(l)).isEqualTo(expected);
    }
    assertThat(found.get(1)).as("sent whole").containsExactly(x[710], x[711], x[712]);
  }

  @Test
  void cutUpAnywhereTheBitsAreTheSame() {
    List<Layer> layers =
        List.of(new Layer("a", 3, 600), new Layer("b", 603, 100), new Layer("c", 750, 1_200));
    LayerSketcher sketcher = LayerSketcher.of(2_000, layers, 256, 4);
    float[] x = SketcherTest.gaussian(2_000, 6);
    List<float[]> whole = floats(sketcher.sketch(x));
    SplittableRandom random = new SplittableRandom(1);
    for (int trial = 0; trial < 100; trial++) {
      sketcher.reset();
      for (int at = 0; at < x.length; ) {
        int n = Math.min(x.length - at, random.nextInt(random.nextBoolean() ? 5 : 900));
        sketcher.accept(x, at, n);
        at += n;
      }
      List<float[]> pieces = floats(sketcher.finish());
      for (int l = 0; l < whole.size(); l++) {
        assertThat(pieces.get(l)).isEqualTo(whole.get(l));
      }
    }
  }

  @Test
  void whatIsSentIsAValidRun() throws Exception {
    LayerSketcher sketcher = LayerSketcher.of(900, consecutive(600, 300), 256, 4);
    RunStarted started =
        sketcher
            .announce(RunStarted.newBuilder().setRunId("r").addLayerNames("another"))
            .setSketchScheme("block_fold")
            .setSketchDim(256)
            .setParameterCount(900)
            .build();
    assertThat(started.getLayerNamesList()).containsExactly("layer0", "layer1");
    assertThat(started.getLayerSketchDim()).isEqualTo(256);
    StepEvent.Builder step = StepEvent.newBuilder().setRunId("r").setTime(1);
    for (int j = 0; j < 2; j++) {
      step.addMicroBatches(
          MicroBatch.newBuilder()
              .setExamples(4)
              .addAllLayerSketches(sketcher.sketch(SketcherTest.gaussian(900, j))));
    }
    for (Event event :
        List.of(
            Event.newBuilder().setRunStarted(started).build(),
            Event.newBuilder().setStep(step).build())) {
      assertThat(EventCodec.decode(EventCodec.encode(event))).isEqualTo(event);
    }
  }

  @Test
  void refusesInOneLine() {
    refuses(
        () -> LayerSketcher.of(9, consecutive(9), 100, 0),
        "layer_sketch_dim should be a power of two from 256 to 1048576: was 100");
    refuses(
        () -> LayerSketcher.of(9, List.of(), 256, 0), "layers should be 1 to 64: were 0; group");
    refuses(() -> LayerSketcher.of(65, consecutive(new long[65]), 256, 0), "length of layer");
    long[] many = new long[65];
    Arrays.fill(many, 1);
    refuses(
        () -> LayerSketcher.of(65, consecutive(many), 256, 0),
        "layers should be 1 to 64: were 65; group them, or send no layer sketches");
    refuses(
        () -> LayerSketcher.of(9, List.of(new Layer("a", 0, 5), new Layer("b", 4, 5)), 256, 0),
        "layer 'b' should lie from 5 to parameterCount 9, behind the layer before: was 4 to 9");
    refuses(
        () -> LayerSketcher.of(8, List.of(new Layer("a", 0, 9)), 256, 0),
        "layer 'a' should lie from 0 to parameterCount 8, behind the layer before: was 0 to 9");
    refuses(
        () -> LayerSketcher.of(9, List.of(new Layer("a", 0, 5), new Layer("a", 5, 4)), 256, 0),
        "layer names should differ: 'a' is there twice");
    refuses(() -> new Layer(" ", 0, 1), "layer name should have 1 to 200 characters");
    refuses(() -> new Layer("x".repeat(201), 0, 1), "layer name should have 1 to 200 characters");
    refuses(() -> new Layer("a", -1, 1), "offset of layer 'a' should be at least 0: was -1");
    refuses(() -> new Layer("a", 2, Long.MAX_VALUE), "length of layer 'a' should be at least 1");

    LayerSketcher sketcher = LayerSketcher.of(9, consecutive(4, 5), 256, 0);
    assertThatIllegalStateException()
        .isThrownBy(() -> sketcher.accept(new float[9]))
        .withMessage("no vector is begun: call reset() first");
    sketcher.reset();
    sketcher.accept(new float[8]);
    assertThatIllegalStateException()
        .isThrownBy(sketcher::finish)
        .withMessage("the vector should have parameterCount 9 elements before finish(): had 8");
    refuses(
        () -> sketcher.accept(new float[2]),
        "the vector should have parameterCount 9 elements: got 10");
  }

  private static void refuses(Runnable call, String message) {
    assertThatIllegalArgumentException().isThrownBy(call::run).withMessageStartingWith(message);
  }
}
