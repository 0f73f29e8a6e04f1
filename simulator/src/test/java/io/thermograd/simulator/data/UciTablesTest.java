package io.thermograd.simulator.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UciTablesTest {

  // Counts as in the data sets' own descriptions; sums by awk.
  @Test
  void breastCancerIsWhole() {
    Dataset data = BreastCancer.load();
    assertThat(data.size()).isEqualTo(569);
    assertThat(data.features()).isEqualTo(30);
    assertThat(counts(data)).containsExactly(212, 357);
    assertThat(sum(data)).isCloseTo(1056474.45963560, within(0.1));
  }

  @Test
  void wineIsWhole() {
    Dataset data = Wine.load();
    assertThat(data.size()).isEqualTo(178);
    assertThat(data.features()).isEqualTo(13);
    assertThat(counts(data)).containsExactly(59, 71, 48);
    assertThat(sum(data)).isCloseTo(159975.296, within(0.02));
  }

  @ParameterizedTest
  @CsvSource({"breast-cancer, 10.24432/C5DW2B", "wine, 10.24432/C5PC7J"})
  void shipTheirLicenceWithTheChecksumOfTheirData(String name, String doi) throws Exception {
    try (InputStream data = Wine.class.getResourceAsStream(name + ".csv.gz");
        InputStream licence = Wine.class.getResourceAsStream(name + ".LICENSE.txt")) {
      assertThat(data).isNotNull();
      assertThat(licence).isNotNull();
      byte[] sha256 =
          MessageDigest.getInstance("SHA-256").digest(new GZIPInputStream(data).readAllBytes());
      assertThat(new String(licence.readAllBytes(), StandardCharsets.UTF_8))
          .contains("CC BY 4.0", doi, HexFormat.of().formatHex(sha256));
    }
  }

  @Test
  void standardisedFeaturesHaveMeanZeroAndVarianceOne() {
    Dataset data = BreastCancer.load().withBias().standardised();
    float[] row = new float[31];
    double[] sums = new double[31];
    double[] squares = new double[31];
    for (int i = 0; i < data.size(); i++) {
      data.copyInput(i, row, 0);
      for (int j = 0; j < row.length; j++) {
        sums[j] += row[j];
        squares[j] += (double) row[j] * row[j];
      }
    }
    for (int j = 0; j < 30; j++) {
      // Each value is rounded to float32: 6·10⁻⁸ of at most 12.
      assertThat(sums[j] / 569).isCloseTo(0, within(1e-6));
      assertThat(squares[j] / 569).isCloseTo(1, within(1e-6));
    }
    assertThat(squares[30]).as("a constant feature").isZero();
  }

  @Test
  void biasIsALastFeatureOfOnes() {
    Dataset wine = Wine.load();
    Dataset data = wine.withBias();
    float[] row = new float[14];
    float[] original = new float[13];
    for (int i : new int[] {0, 177}) {
      data.copyInput(i, row, 0);
      wine.copyInput(i, original, 0);
      assertThat(row).startsWith(original).endsWith(1f);
      assertThat(data.label(i)).isEqualTo(wine.label(i));
    }
    assertThat(data.features(0, 13)).isEqualTo(wine);
  }

  private static int[] counts(Dataset data) {
    int[] counts = new int[data.classes()];
    for (int i = 0; i < data.size(); i++) {
      counts[data.label(i)]++;
    }
    return counts;
  }

  private static double sum(Dataset data) {
    double sum = 0;
    float[] row = new float[data.features()];
    for (int i = 0; i < data.size(); i++) {
      data.copyInput(i, row, 0);
      for (float x : row) {
        sum += x;
      }
    }
    return sum;
  }
}
