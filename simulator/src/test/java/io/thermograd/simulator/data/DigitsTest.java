package io.thermograd.simulator.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;

class DigitsTest {

  @Test
  void holdsEveryImageOfThePublishedTestPart() {
    Dataset digits = Digits.load();
    assertThat(digits.size()).isEqualTo(1797);
    int[] counts = new int[10];
    double sum = 0;
    float[] image = new float[64];
    for (int i = 0; i < digits.size(); i++) {
      counts[digits.label(i)]++;
      digits.copyInput(i, image, 0);
      for (float pixel : image) {
        assertThat(pixel).isBetween(0f, 1f);
        sum += pixel;
      }
    }
    // Counts as in the data set's own description (optdigits.names); the sum by awk.
    assertThat(counts).containsExactly(178, 182, 177, 183, 181, 182, 181, 179, 174, 180);
    assertThat(sum * 16).isEqualTo(561718.0);
  }

  @Test
  void shipsItsLicenceWithTheChecksumOfItsData() throws Exception {
    try (InputStream data = Digits.class.getResourceAsStream("digits.csv.gz");
        InputStream licence = Digits.class.getResourceAsStream("digits.LICENSE.txt")) {
      assertThat(data).isNotNull();
      assertThat(licence).isNotNull();
      byte[] csv = new GZIPInputStream(data).readAllBytes();
      byte[] sha256 = MessageDigest.getInstance("SHA-256").digest(csv);
      assertThat(new String(licence.readAllBytes(), StandardCharsets.UTF_8))
          .contains("CC BY 4.0", "10.24432/C50P49", HexFormat.of().formatHex(sha256));
    }
  }

  @Test
  void splitsIntoPartsThatAreTheWholeTogether() {
    Dataset digits = Digits.load();
    Split split = Split.of(digits, 360, 7);
    assertThat(split.train().size()).isEqualTo(1437);
    assertThat(split.test().size()).isEqualTo(360);
    String[] whole = rows(digits);
    String[] parts = new String[digits.size()];
    System.arraycopy(rows(split.train()), 0, parts, 0, 1437);
    System.arraycopy(rows(split.test()), 0, parts, 1437, 360);
    Arrays.sort(whole);
    Arrays.sort(parts);
    assertThat(parts).isEqualTo(whole);
  }

  @Test
  void splitsBySeedAlone() {
    Dataset digits = Digits.load();
    assertThat(Split.of(digits, 360, 7)).isEqualTo(Split.of(digits, 360, 7));
    assertThat(Split.of(digits, 360, 7)).isNotEqualTo(Split.of(digits, 360, 8));
    assertThat(Split.of(digits, 0, 7).train()).isEqualTo(digits);
  }

  @Test
  void namesBadArguments() {
    Dataset digits = Digits.load();
    assertThatThrownBy(() -> Split.of(digits, 1797, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("test size should be in 0..1796: was 1797");
    assertThatThrownBy(() -> new Dataset("x", 1, 2, new float[] {Float.NaN}, new int[] {0}))
        .hasMessage("feature 0 of example 0 should be finite: was NaN");
    assertThatThrownBy(() -> new Dataset("x", 1, 2, new float[] {0}, new int[] {2}))
        .hasMessage("label of example 0 should be in 0..1: was 2");
    assertThatThrownBy(() -> new Dataset("x", 2, 2, new float[] {0}, new int[] {1}))
        .hasMessage("inputs should hold 1 x 2 values: had 1");
  }

  private static String[] rows(Dataset data) {
    String[] rows = new String[data.size()];
    float[] image = new float[data.features()];
    for (int i = 0; i < rows.length; i++) {
      data.copyInput(i, image, 0);
      rows[i] = Arrays.toString(image) + data.label(i);
    }
    return rows;
  }
}
