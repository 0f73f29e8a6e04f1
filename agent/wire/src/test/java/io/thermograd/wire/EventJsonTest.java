package io.thermograd.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.thermograd.wire.proto.Event;
import io.thermograd.wire.proto.RunStarted;
import io.thermograd.wire.proto.StepEvent;
import java.math.BigDecimal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EventJsonTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"step":{"run_id":"a","grad_sketh":[1]}} | step.grad_sketh (column 23) is no known field; did you mean "grad_sketch"?
          {"step":{"run_id":"a","micro_batches":[{"examples":1},{"example":1}]}} | step.micro_batches[1].example (column 56) is no known field; did you mean "examples"?
          {"step":{"run_id":"a","colour":1}} | step.colour (column 23) is no known field; remove it, or upgrade if a newer version wrote it (known: run_id, attempt,
          {"run_id":"a"} | run_id (column 2) is no known field; remove it, or upgrade if a newer version wrote it (known: run_started, step, run_finished, schema_version)
          {"step":{"run_id":"a","loss":"low"}} | step.loss (column 30) should be a number: was "low"; write it without quotes
          {"step":{"run_id":"a","loss":[1]}} | step.loss (column 30) should be a number: was an array
          {"step":{"run_id":7}} | step.run_id (column 19) should be a string: was 7; put it in quotes
          {"step":{"run_id":"a","step":1.5}} | step.step (column 30) should be an integer from 0 to 18446744073709551615: was 1.5
          {"step":{"run_id":"a","step":-1}} | step.step (column 30) should be an integer from 0 to 18446744073709551615: was -1
          {"step":{"run_id":"a","step":1e300}} | step.step (column 30) should be an integer from 0 to 18446744073709551615: was 1e300
          {"step":{"run_id":"a","rank":4294967296}} | step.rank (column 30) should be an integer from 0 to 4294967295: was 4294967296
          {"step":{"run_id":"a","step":"18446744073709551616"}} | step.step (column 30) should be an integer from 0 to
          {"step":{"run_id":"a","grad_sketch":[1,2,null]}} | step.grad_sketch[2] (column 42) should be a number: was null
          {"step":{"run_id":"a","grad_sketch":1}} | step.grad_sketch (column 37) should be an array of numbers: was 1
          {"step":{"run_id":"a","tracked":[1]}} | step.tracked (column 33) should be an object: was an array
          {"step":{"run_id":"a","tracked":{"x":1,"x":2}}} | step.tracked.x (column 40) is given twice; keep one
          {"step":{"run_id":"a","run_id":"b"}} | step.run_id (column 23) is given twice; keep one
          {"step":{"run_id":"a"},"run_finished":{"run_id":"a"}} | run_finished (column 39) stands beside step; write one a line
          {"step":{"run_id":"a"}} {} | line (column 25) goes on after its object; write one event a line
          {"run_finished":{"run_id":"a","status":"done"}} | run_finished.status (column 40) should be one of "completed", "failed", "stopped": was "done"
          {"step":7} | step (column 9) should be an object: was 7
          [1] | line (column 1) should be an object: was an array
          {"step":{"run_id":"a" | line is no JSON from column
          nonsense | line is no JSON from column
          """)
  void saysWhereAndWhat(String line, String message) {
    var thrown = assertThrows(InvalidEventException.class, () -> EventJson.parse(line));
    assertThat(thrown).hasMessageStartingWith(message);
    assertThat(thrown.kind()).isEqualTo(RejectionKind.MALFORMED);
  }

  @Test
  void rulesHoldForLinesToo() {
    var thrown =
        assertThrows(
            InvalidEventException.class,
            () -> EventJson.parse("{\"step\":{\"run_id\":\"a\",\"time\":NaN}}"));
    assertThat(thrown).hasMessageStartingWith("time should be finite: was NaN");
    assertThat(thrown.kind()).isEqualTo(RejectionKind.INVALID);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"schema_version\":2,\"step\":{\"run_id\":\"a\",\"entropy\":1}}",
        "{\"step\":{\"run_id\":\"a\",\"entropy\":[{}]},\"schema_version\":2}",
        "{\"epoch\":{\"run_id\":\"a\"},\"schema_version\":2}",
        "{\"step\":{\"run_id\":\"a\"},\"schema_version\":2}"
      })
  void aNewerVersionIsNamedBeforeItsFieldsAre(String line) {
    var thrown = assertThrows(InvalidEventException.class, () -> EventJson.parse(line));
    assertThat(thrown.kind()).isEqualTo(RejectionKind.UNSUPPORTED_VERSION);
    assertThat(thrown).hasMessageStartingWith("schema_version should be at most 1: was 2");
  }

  @ParameterizedTest
  @ValueSource(strings = {"7", "7.0", "\"7\"", "7e0", "0.7E1"})
  void integersInEveryExactNotation(String seven) throws InvalidEventException {
    assertThat(step("\"step\":" + seven).getStep()).isEqualTo(7);
  }

  @ParameterizedTest
  @ValueSource(strings = {"18446744073709551557", "\"18446744073709551557\""})
  void allOfUint64(String seed) throws InvalidEventException {
    Event e = EventJson.parse("{\"run_started\":{\"run_id\":\"a\",\"sketch_seed\":" + seed + "}}");
    assertThat(e.getRunStarted().getSketchSeed()).isEqualTo(-59);
  }

  @ParameterizedTest
  @CsvSource({
    "NaN, NaN",
    "Infinity, Infinity",
    "-Infinity, -Infinity",
    "'\"NaN\"', NaN",
    "'\"Infinity\"', Infinity",
    "'\"-Infinity\"', -Infinity",
    "1e400, Infinity",
    "3, 3"
  })
  void notFiniteInEveryNotation(String text, Double value) throws InvalidEventException {
    StepEvent s = step("\"loss\":" + text + ",\"grad_sketch\":[" + text + "]");
    assertThat(s.getLoss()).isEqualTo(value);
    assertThat(Vectors.toFloats(s.getGradSketch())).containsExactly(value.floatValue());
  }

  /** 1 + 2⁻²⁴ + 2⁻⁶⁰ is above a half-way point of float32 that rounding to double first hits. */
  @Test
  void elementsAreRoundedOnce() throws InvalidEventException {
    var decimal =
        new BigDecimal(Math.scalb(1.0, -24))
            .add(BigDecimal.ONE)
            .add(new BigDecimal(Math.scalb(1.0, -60)));
    StepEvent s = step("\"grad_sketch\":[" + decimal.toPlainString() + "]");
    assertThat(Vectors.toFloats(s.getGradSketch())).containsExactly(Math.nextUp(1f));
  }

  @Test
  void nullIsAbsent() throws InvalidEventException {
    StepEvent s =
        step("\"loss\":null,\"grad_sketch\":null,\"tracked\":{\"x\":null},\"probe\":null");
    assertThat(s).isEqualTo(StepEvent.newBuilder().setRunId("a").build());
  }

  @Test
  void enumsOfANewerSenderKeepTheirNumber() throws InvalidEventException {
    Event e =
        Event.newBuilder()
            .setRunStarted(RunStarted.newBuilder().setRunId("a").setOptimizerValue(42))
            .build();
    assertThat(EventJson.write(e)).contains("\"optimizer\":42");
    assertThat(EventJson.parse(EventJson.write(e))).isEqualTo(e);
  }

  private static StepEvent step(String fields) throws InvalidEventException {
    return EventJson.parse("{\"step\":{\"run_id\":\"a\"," + fields + "}}").getStep();
  }
}
