package io.thermograd.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ForecastScoreTest {
  private static Insight insight(ForecastScore score) {
    return new Insight(
        "r",
        0,
        1,
        1,
        Map.of(),
        Map.of(),
        Map.of(),
        null,
        List.of(),
        null,
        new Findings(null, List.of(), Map.of("loss", score), Map.of()));
  }

  @Test
  void countsOfVoidForecastsAreReadBack() throws InvalidEventException {
    Insight written = insight(new ForecastScore(3, 2, 0.9, -1, 5));
    assertThat(OutputJson.write(written)).contains("\"voided\":5");
    assertThat(OutputJson.parseInsight(OutputJson.write(written))).isEqualTo(written);
  }

  @Test
  void noneIsLeftOut() throws InvalidEventException {
    Insight written = insight(new ForecastScore(3, 2, 0.9, -1));
    assertThat(OutputJson.write(written)).doesNotContain("voided");
    assertThat(OutputJson.parseInsight(OutputJson.write(written))).isEqualTo(written);
  }

  @Test
  void namesWhatIsWrong() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ForecastScore(3, 2, 0.9, -1, -5))
        .withMessage("voided should not be negative: was -5");
  }
}
