package io.thermograd.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OutputJsonTest {

  @Test
  void olderReadersPassOverNewFields() {
    String json = OutputJson.write(GoldenEvents.INSIGHT);
    String newer =
        json.substring(0, json.length() - 1) + ",\"weather\":{\"current\":1,\"of\":[null]}}";
    assertThat(OutputJson.parseInsight(newer)).isEqualTo(GoldenEvents.INSIGHT);
    String run =
        OutputJson.write(GoldenEvents.RUN).replace("\"run_id\"", "\"new\":{\"x\":[1]},\"run_id\"");
    assertThat(OutputJson.parseRun(run)).isEqualTo(GoldenEvents.RUN);
  }

  @Test
  void orderOfQuantitiesIsKept() {
    Insight back = OutputJson.parseInsight(OutputJson.write(GoldenEvents.INSIGHT));
    assertThat(back.quantities().keySet()).containsExactly("loss", "noise_trace", "learning_rate");
    assertThat(OutputJson.write(back)).isEqualTo(OutputJson.write(GoldenEvents.INSIGHT));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          [] | insight should be a JSON object: "[]"
          {"run_id":"a"} | insight should have the field attempt
          {"run_id":7} | insight.run_id has the wrong type: was "7"
          {"run_id":"a","attempt":0,"step":0,"time":0,"regime":"calm"} | regime should be one of [WARMING_UP
          {"run_id":"a","attempt":0,"step":0,"time":0,"quantities":{"q":{"method":"m"}}} | a quantity needs a value
          {"run_id" | insight is no JSON:
          """)
  void errorsAreOneLine(String json, String message) {
    assertThatThrownBy(() -> OutputJson.parseInsight(json))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(message)
        .message()
        .doesNotContain("\n");
  }
}
