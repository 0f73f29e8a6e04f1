package io.thermograd.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The bits that numpy gets from the written definition: {@code sketch/block_fold_vectors.py}. */
class SketchConformanceTest {

  record Case(int parameters, int dim, long seed, long vectorSeed, float[] out) {
    static Case parse(String line) {
      String[] fields = line.split(",", -1);
      String[] hex = fields[4].split(" ", -1);
      float[] out = new float[hex.length];
      for (int i = 0; i < out.length; i++) {
        out[i] = Float.intBitsToFloat(Integer.parseUnsignedInt(hex[i], 16));
      }
      return new Case(
          Integer.parseInt(fields[0]),
          Integer.parseInt(fields[1]),
          Long.parseLong(fields[2]),
          Long.parseLong(fields[3]),
          out);
    }

    float[] vector() {
      SplittableRandom words = new SplittableRandom(vectorSeed);
      float[] x = new float[parameters];
      for (int i = 0; i < parameters; i++) {
        x[i] = ((words.nextLong() >>> 40) - (1 << 23)) * 0x1p-23f;
      }
      return x;
    }
  }

  static List<Case> cases() throws Exception {
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(
                Objects.requireNonNull(
                    SketchConformanceTest.class.getResourceAsStream("/sketch/block_fold.csv")),
                StandardCharsets.US_ASCII))) {
      return reader.lines().filter(line -> !line.startsWith("#")).map(Case::parse).toList();
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void sameBitsAsNumpy(Case c) {
    for (FoldKernel kernel : List.of(new ScalarFold(), new VectorFold(), FoldKernel.best())) {
      float[] out = new float[c.dim];
      Sketcher.of(c.parameters, c.dim, c.seed, kernel).sketch(c.vector(), out);
      assertThat(out).isEqualTo(c.out);
    }
  }
}
