package io.thermograd.simulator.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.thermograd.simulator.experiment.Row.Verdict;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequirementTest {

  @Test
  void withinIsRelativeToThePrediction() {
    Requirement three = Requirement.within(0.03);
    assertThat(three.holds(100, Measured.exact(103))).isTrue();
    assertThat(three.holds(100, Measured.exact(103.001))).isFalse();
    assertThat(three.holds(-100, Measured.exact(-97))).isTrue();
    assertThat(three.holds(-100, Measured.exact(97))).isFalse();
    assertThat(three.holds(0, Measured.exact(1e-300))).isFalse();
    assertThat(three.holds(0, Measured.exact(0))).isTrue();
    assertThat(three.holds(Double.NaN, Measured.exact(1))).isFalse();
    assertThat(three.holds(Double.POSITIVE_INFINITY, Measured.exact(1))).isFalse();
    assertThat(three.text()).isEqualTo("within 3 %");
  }

  @Test
  void coversStretchesEachArmByItself() {
    Measured measured = new Measured(10, 9, 13);
    assertThat(Requirement.covers().holds(9, measured)).isTrue();
    assertThat(Requirement.covers().holds(13, measured)).isTrue();
    assertThat(Requirement.covers().holds(8.999, measured)).isFalse();
    assertThat(Requirement.covers(2).holds(8, measured)).isTrue();
    assertThat(Requirement.covers(2).holds(7.999, measured)).isFalse();
    assertThat(Requirement.covers(2).holds(16, measured)).isTrue();
    assertThat(Requirement.covers(2).holds(16.001, measured)).isFalse();
    assertThat(Requirement.covers(2).holds(Double.NaN, measured)).isFalse();
    assertThat(Requirement.covers().text()).isEqualTo("interval covers");
    assertThat(Requirement.covers(1.5).text()).isEqualTo("1.5× interval covers");
  }

  @Test
  void aBiasCorrectedValueMayLieOutsideItsInterval() {
    assertThat(Requirement.covers().holds(9.5, new Measured(8, 9, 10))).isTrue();
    assertThat(Requirement.covers(2).holds(9.5, new Measured(8, 9, 10))).isTrue();
  }

  @Test
  void betweenLooksAtTheMeasurementAlone() {
    assertThat(Requirement.between(1, 2).holds(Double.NaN, Measured.exact(2))).isTrue();
    assertThat(Requirement.between(1, 2).holds(1.5, Measured.exact(2.01))).isFalse();
    assertThat(Requirement.atMost(2).holds(0, Measured.exact(-1e300))).isTrue();
    assertThat(Requirement.atLeast(2).holds(0, Measured.exact(1.99))).isFalse();
    assertThat(Requirement.between(0.93, 0.97).text()).isEqualTo("0.93 to 0.97");
    assertThat(Requirement.atMost(0.05).text()).isEqualTo("at most 0.05");
    assertThat(Requirement.atLeast(2).text()).isEqualTo("at least 2");
  }

  static List<Requirement> demanding() {
    return List.of(
        Requirement.within(0.5),
        Requirement.covers(),
        Requirement.covers(3),
        Requirement.between(-1, 1),
        Requirement.atLeast(0),
        Requirement.atMost(0));
  }

  @ParameterizedTest
  @MethodSource("demanding")
  void whatIsNotFiniteSatisfiesNothing(Requirement requirement) {
    double inf = Double.POSITIVE_INFINITY;
    for (double x : new double[] {Double.NaN, inf, -inf}) {
      for (double predicted : new double[] {0, 1, Double.NaN, inf, -inf}) {
        assertThat(requirement.holds(predicted, Measured.exact(x))).isFalse();
        assertThat(requirement.holds(predicted, new Measured(x, -1, 1))).isFalse();
        assertThat(requirement.holds(predicted, new Measured(x, -inf, inf))).isFalse();
        assertThat(Requirement.none().holds(predicted, Measured.exact(x))).isTrue();
      }
    }
  }

  @Test
  void anIntervalWithoutEndsCoversNothing() {
    double inf = Double.POSITIVE_INFINITY;
    assertThat(Requirement.covers().holds(1, new Measured(1, -inf, inf))).isFalse();
    assertThat(Requirement.covers().holds(1, new Measured(1, 0, inf))).isFalse();
    assertThat(Requirement.covers(2).holds(1, new Measured(1, Double.NaN, Double.NaN))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(doubles = {-0.1, Double.NaN, Double.POSITIVE_INFINITY})
  void badTolerancesAreNamed(double x) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Requirement.within(x))
        .withMessageEndingWith("was " + x);
    assertThatIllegalArgumentException().isThrownBy(() -> Requirement.covers(x));
    assertThatIllegalArgumentException().isThrownBy(() -> Requirement.between(x, Double.NaN));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Requirement.atMost(Double.POSITIVE_INFINITY));
    assertThatIllegalArgumentException().isThrownBy(() -> new Measured(0, 1, -1));
  }

  @Test
  void findingsPassWhenNoRowFails() {
    Row pass = new Row("a", 1, Measured.exact(1), Requirement.within(0.1));
    Row fail = new Row("b", 1, Measured.exact(2), Requirement.within(0.1));
    Row shown = new Row("c", 1, Measured.exact(Double.NaN), Requirement.none());
    Row broken = new Row("d", 1, Measured.exact(Double.NaN), Requirement.covers());
    assertThat(pass.verdict()).isEqualTo(Verdict.PASS);
    assertThat(fail.verdict()).isEqualTo(Verdict.FAIL);
    assertThat(shown.verdict()).isEqualTo(Verdict.SHOWN);
    assertThat(broken.verdict()).isEqualTo(Verdict.FAIL);
    assertThat(fail.ratio()).isEqualTo(2);
    assertThat(new Findings(List.of(pass, shown), List.of(), List.of()).passed()).isTrue();
    assertThat(new Findings(List.of(pass, fail), List.of(), List.of()).passed()).isFalse();
    assertThat(new Findings(List.of(), List.of(), List.of()).passed()).isTrue();
  }
}
