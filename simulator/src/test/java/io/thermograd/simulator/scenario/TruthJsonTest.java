package io.thermograd.simulator.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thermograd.wire.Regime;
import java.io.IOException;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TruthJsonTest {
  private static final Truth TRUTH =
      new Truth(
          "s",
          "what happens",
          "r",
          7,
          100,
          "completed",
          Map.of("b", "2", "a", "1"),
          List.of(new Truth.Moment("peak", 5, "the most")),
          List.of(new Truth.Span(Regime.STATIONARY, 10, 100, "flat")),
          List.of(
              new Truth.Quantity(
                  "loss",
                  "loss",
                  "L",
                  List.of(
                      new Truth.At(0, new double[][] {{0.1}}),
                      new Truth.At(5, new double[][] {{Double.NaN}}))),
              new Truth.Quantity(
                  "c", "1", "C", List.of(new Truth.At(0, new double[][] {{1, 2}, {2, 5}})))),
          List.of(new Truth.Basin(0, new double[] {1, 0}, 0, new double[] {8, 2})),
          List.of(new Truth.Passage(0, 1, new double[] {0, 0}, 1, 1000)),
          List.of(new Truth.Visit(0, 0, 3)));

  @Test
  void isOneObjectWithEverything() throws IOException {
    StringWriter text = new StringWriter();
    TruthJson.write(TRUTH, text);
    assertThat(text.toString().replaceAll("\\s+", ""))
        .isEqualTo(
            """
            {"scenario":"s","description":"whathappens","run_id":"r","seed":7,"steps":100,
            "ending":"completed","settings":{"a":"1","b":"2"},
            "moments":[{"kind":"peak","step":5,"what":"themost"}],
            "regimes":[{"regime":"stationary","from":10,"to":100,"what":"flat"}],
            "quantities":{
            "loss":{"unit":"loss","what":"L","values":[{"step":0,"value":0.1},
            {"step":5,"value":"NaN"}]},
            "c":{"unit":"1","what":"C","values":[{"step":0,"value":[[1.0,2.0],[2.0,5.0]]}]}},
            "basins":[{"index":0,"position":[1.0,0.0],"loss":0.0,"curvatures":[8.0,2.0]}],
            "passages":[{"from":0,"to":1,"saddle":[0.0,0.0],"barrier":1.0,"escape_steps":1000.0}],
            "visits":[{"basin":0,"crossed":0,"entered":3}]}
            """
                .replace("\n", ""));
    assertThat(text.toString()).endsWith("}\n").doesNotContain("\r");
  }

  @Test
  void findsMomentsAndQuantitiesByName() {
    assertThat(TRUTH.moment("peak").step()).isEqualTo(5);
    assertThat(TRUTH.quantity("c").values()).hasSize(1);
    assertThatThrownBy(() -> TRUTH.moment("end"))
        .hasMessage("there should be one moment end: there were 0");
    assertThatThrownBy(() -> TRUTH.quantity("x")).hasMessage("there is no quantity x");
  }
}
