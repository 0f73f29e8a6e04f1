package io.thermograd.theory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Relaxation rates against scipy (src/test/python/fokker_planck_fixture.py). */
class FokkerPlanckFixtureTest {

  static List<String> doubleWells() throws IOException {
    return lines("double_well");
  }

  static List<String> coupledWells() throws IOException {
    return lines("coupled_well");
  }

  @ParameterizedTest
  @MethodSource("doubleWells")
  void lineAgreesAndConvergesAtSecondOrder(String line) {
    double[] parameters = parameters(line);
    double[] expected = rates(line);
    double[] coarse = rates(200, parameters);
    double[] fine = rates(400, parameters);
    for (int k = 0; k < expected.length; k++) {
      double error = fine[k] - expected[k];
      // h = 0.015: the scheme's own error, then what Richardson leaves of it.
      assertThat(error / expected[k]).isBetween(-0.004, 0.004);
      assertThat((coarse[k] - expected[k]) / error).isCloseTo(4, within(0.08));
      assertThat((4 * fine[k] - coarse[k]) / 3).isCloseTo(expected[k], within(3e-5 * expected[k]));
    }
  }

  private static double[] rates(int cells, double[] parameters) {
    double tilt = parameters[0];
    return FokkerPlanck1d.additive(
            new GridAxis(-3, 3, cells), x -> (x * x - 1) * (x * x - 1) + tilt * x, parameters[1])
        .slowModes(4)
        .rates();
  }

  @ParameterizedTest
  @MethodSource("coupledWells")
  void planeAgreesAfterExtrapolation(String line) {
    double[] parameters = parameters(line);
    double[] expected = rates(line);
    double[] coarse = planeRates(40, parameters);
    double[] fine = planeRates(80, parameters);
    for (int k = 0; k < expected.length; k++) {
      assertThat((4 * fine[k] - coarse[k]) / 3).isCloseTo(expected[k], within(2e-3 * expected[k]));
      assertThat((coarse[k] - expected[k]) / (fine[k] - expected[k])).isCloseTo(4, within(0.4));
    }
  }

  private static double[] planeRates(int cells, double[] parameters) {
    double coupling = parameters[0];
    Grid2d grid = new Grid2d(new GridAxis(-2.4, 2.4, cells), new GridAxis(-3.4, 3.4, cells));
    return FokkerPlanck2d.additive(
            grid,
            (x, y) -> (x * x - 1) * (x * x - 1) + x * x + y * y - 2 * coupling * x * y,
            parameters[1])
        .slowModes(4)
        .rates();
  }

  private static double[] parameters(String line) {
    String[] words = line.split(" ");
    return new double[] {Double.parseDouble(words[1]), Double.parseDouble(words[2])};
  }

  private static double[] rates(String line) {
    return Arrays.stream(line.split(" ")).skip(4).mapToDouble(Double::parseDouble).toArray();
  }

  private static List<String> lines(String name) throws IOException {
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(
                Objects.requireNonNull(
                    FokkerPlanckFixtureTest.class.getResourceAsStream("fokker-planck-fixture.txt")),
                StandardCharsets.UTF_8))) {
      return reader.lines().filter(line -> line.startsWith(name + " ")).toList();
    }
  }
}
