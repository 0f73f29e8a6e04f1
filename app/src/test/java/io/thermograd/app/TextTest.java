package io.thermograd.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TextTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "1, 1.000",
    "-1, -1.000",
    "0.00012345, 0.0001235",
    "9.9e-5, 9.900e-05",
    "12.3456, 12.35",
    "999.94, 999.9",
    "1234.4, 1234",
    "123456789, 1.235e+08"
  })
  void numbersHaveFourDigits(double x, String text) {
    assertThat(RunReport.number(x)).isEqualTo(text);
  }

  @Test
  void columnsLineUp() {
    TextTable table = new TextTable("name", ">n", "rest");
    table.row("a", "10", "x");
    table.row("long name", "7", "");
    assertThat(table.lines(" "))
        .containsExactly(" name        n  rest", " a          10  x", " long name   7");
  }

  @ParameterizedTest
  @CsvSource({"0.4, 0 s", "59.4, 59 s", "61, 1 min 1 s", "3599, 59 min 59 s", "7260, 2 h 1 min"})
  void durationsReadWell(double seconds, String text) {
    assertThat(ProgressLine.duration(seconds)).isEqualTo(text);
  }

  @Test
  void progressSaysShareRateAndTimeLeft() {
    assertThat(ProgressLine.line(50, 100, 2_000, "events", 4))
        .isEqualTo(" 50 % [############------------] 2,000 events, 500/s, 4 s left");
    assertThat(ProgressLine.line(50, 0, 2_000, "events", 4)).isEqualTo("2,000 events, 500/s");
    assertThat(ProgressLine.line(3, 17, "kramers, gap", 65))
        .isEqualTo("3 of 17 done, 1 min 5 s: kramers, gap");
  }

  @Test
  void theNearestWordIsFoundAndAFarOneIsNot() {
    assertThat(Nearest.to("--prot", List.of("--port", "--data"))).contains("--port");
    assertThat(Nearest.to("recrod", List.of("replay", "record"))).contains("record");
    assertThat(Nearest.to("zzz", List.of("replay", "record"))).isEmpty();
    assertThat(Nearest.distance("kitten", "sitting")).isEqualTo(3); // the textbook's example
  }

  @Test
  void theDoctorTellsClocksThatRunAhead() {
    Instant now = Instant.ofEpochSecond(1_000);
    assertThat(ClusterChecks.clock(-1, now).level()).isEqualTo(Finding.Level.OK);
    assertThat(ClusterChecks.clock(990_000, now).level()).isEqualTo(Finding.Level.OK);
    Finding ahead = ClusterChecks.clock(1_005_000, now);
    assertThat(ahead.level()).isEqualTo(Finding.Level.WARN);
    assertThat(ahead.line()).contains("5.0 s in the future").contains("chrony");
  }

  @Test
  void theDoctorTellsLagThatGrows() {
    assertThat(ClusterChecks.lag(0, 0).level()).isEqualTo(Finding.Level.OK);
    assertThat(ClusterChecks.lag(5, 1).level()).isEqualTo(Finding.Level.OK);
    assertThat(ClusterChecks.lag(5, 0).level()).isEqualTo(Finding.Level.WARN);
    assertThat(ClusterChecks.lag(10_001, 3).level()).isEqualTo(Finding.Level.WARN);
    assertThat(LocalChecks.java(11).level()).isEqualTo(Finding.Level.FAIL);
    assertThat(LocalChecks.vectorApi(false).level()).isEqualTo(Finding.Level.WARN);
  }

  @Test
  void timesAreReadWithTheirUnit() {
    DurationConverter converter = new DurationConverter();
    assertThat(converter.convert("90s")).isEqualTo(Duration.ofSeconds(90));
    assertThat(converter.convert("2h")).isEqualTo(Duration.ofHours(2));
    assertThat(converter.convert("1d")).isEqualTo(Duration.ofDays(1));
  }
}
