package io.thermograd.theory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Against every graph there is: all choices of one successor per basin, without cycles. */
class TransitionGraphTest {
  private static final double INFINITY = Double.POSITIVE_INFINITY;

  @Test
  void energiesAreThoseOfTheCheapestTrees() {
    Random random = new Random(1);
    for (int round = 0; round < 200; round++) {
      double[][] costs = costs(random, 1 + round % 5);
      double[] energies = TransitionGraph.of(costs).energies();
      for (int root = 0; root < costs.length; root++) {
        assertThat(energies[root]).isCloseTo(cheapest(costs, set(costs.length, root)), near());
      }
    }
  }

  @Test
  void forestsOfSeveralRootsLikewise() {
    Random random = new Random(2);
    for (int round = 0; round < 100; round++) {
      double[][] costs = costs(random, 5);
      assertThat(TransitionGraph.of(costs).forestCost(1, 3))
          .isCloseTo(cheapest(costs, set(5, 1, 3)), near());
    }
  }

  @Test
  void hittingExponentsAreDifferencesOfCheapestForests() {
    Random random = new Random(3);
    for (int round = 0; round < 200; round++) {
      int n = 2 + round % 4;
      double[][] costs = costs(random, n);
      int[] targets = n > 3 && round % 2 == 0 ? new int[] {0, 2} : new int[] {n - 1};
      double[] exponents = TransitionGraph.of(costs).hittingExponents(targets);
      boolean[] target = set(n, targets);
      for (int i = 0; i < n; i++) {
        assertThat(exponents[i]).isCloseTo(target[i] ? 0 : exponent(costs, target, i), near());
      }
      assertThat(TransitionGraph.of(costs).hittingExponent(targets))
          .isEqualTo(Arrays.stream(exponents).max().orElseThrow());
    }
  }

  @Test
  void exactTimesAndOccupationsApproachTheExponents() {
    // A ratio of sums of at most N terms each is within a factor N of that of the largest terms.
    Random random = new Random(4);
    // Rates down to e⁻³⁰⁰, whose squares are still numbers.
    double learningRate = 0.01;
    for (int round = 0; round < 50; round++) {
      double[][] costs = costs(random, 4);
      double[][] rates = new double[4][4];
      for (int i = 0; i < 4; i++) {
        for (int j = 0; j < 4; j++) {
          rates[i][j] = i == j ? 0 : Math.exp(-costs[i][j] / learningRate);
        }
      }
      TransitionGraph graph = TransitionGraph.of(costs);
      double slack = learningRate * Math.log(4 * 81 * 4);
      double[] times = MarkovChain.hittingTimes(rates, 0);
      double[] exponents = graph.hittingExponents(0);
      double[] law = MarkovChain.stationary(rates);
      double[] energies = graph.energies();
      double lowest = Arrays.stream(energies).min().orElseThrow();
      for (int i = 0; i < 4; i++) {
        if (i > 0) {
          assertThat(learningRate * Math.log(times[i])).isCloseTo(exponents[i], within(slack));
        }
        assertThat(-learningRate * Math.log(law[i])).isCloseTo(energies[i] - lowest, within(slack));
      }
    }
  }

  @Test
  void theStationaryLawIsThatOfTheSpanningTrees() {
    // Markov chain tree theorem: π_i ∝ Σ over trees rooted at i of the product of their rates.
    Random random = new Random(5);
    for (int round = 0; round < 50; round++) {
      double[][] costs = costs(random, 4);
      double[][] rates = rates(costs);
      double[] law = MarkovChain.stationary(rates);
      double[] trees = new double[4];
      for (int i = 0; i < 4; i++) {
        double[] sum = new double[1];
        forests(4, set(4, i), next -> sum[0] += Math.exp(-cost(costs, next)));
        trees[i] = sum[0];
      }
      double total = Arrays.stream(trees).sum();
      for (int i = 0; i < 4; i++) {
        assertThat(law[i]).isCloseTo(trees[i] / total, within(1e-13));
      }
    }
  }

  @Test
  void hittingTimesSolveTheirEquation() {
    Random random = new Random(6);
    for (int round = 0; round < 50; round++) {
      double[][] rates = rates(costs(random, 5));
      double[] times = MarkovChain.hittingTimes(rates, 1, 4);
      assertThat(times[1]).isZero();
      assertThat(times[4]).isZero();
      for (int i : new int[] {0, 2, 3}) {
        double out = 0;
        double on = 1;
        for (int j = 0; j < 5; j++) {
          out += j == i ? 0 : rates[i][j];
          on += j == i ? 0 : rates[i][j] * times[j];
        }
        assertThat(times[i]).isCloseTo(on / out, within(1e-12 * times[i]));
      }
    }
  }

  @Test
  void aDeepWellOnTheWayHoldsUpEveryOne() {
    // 0 ← 1 ← 2 in a row with a trap 3 off basin 1 that costs 5 to leave and nothing to enter.
    double[][] costs = {
      {0, 3, INFINITY, INFINITY},
      {1, 0, 2, 0},
      {INFINITY, 0.5, 0, INFINITY},
      {INFINITY, 5, INFINITY, 0}
    };
    TransitionGraph graph = TransitionGraph.of(costs);
    // From 1 the trap is entered e^{1/η} times before the way to 0 is taken: 5 + 1.
    assertThat(graph.hittingExponents(0)).containsExactly(0, 6, 6, 6);
    assertThat(graph.hittingExponent(0)).isEqualTo(6);
    // Without a way back no tree has its root there.
    costs[0][1] = INFINITY;
    TransitionGraph oneWay = TransitionGraph.of(costs);
    assertThat(oneWay.energies()).containsExactly(6.5, INFINITY, INFINITY, INFINITY);
    assertThat(oneWay.occupation(0.1)).containsExactly(1, 0, 0, 0);
    assertThat(oneWay.hittingExponents(3)[0]).isEqualTo(INFINITY);
    assertThat(oneWay.hittingExponents(3)[1]).isEqualTo(INFINITY);
  }

  @Test
  void costsComeFromProbabilities() {
    TransitionGraph graph = TransitionGraph.estimated(new double[][] {{0.9, 0.1}, {0, 1}}, 0.5);
    assertThat(graph.cost(0, 1)).isCloseTo(-0.5 * Math.log(0.1), within(1e-15));
    assertThat(graph.cost(1, 0)).isEqualTo(INFINITY);
    assertThat(graph.size()).isEqualTo(2);
  }

  @Test
  void namesTheArgumentAndItsValue() {
    TransitionGraph two = TransitionGraph.of(new double[2][2]);
    refused(() -> TransitionGraph.of(new double[][] {{0, -1}, {0, 0}}), "costs[0][1]", "-1.0");
    refused(() -> TransitionGraph.of(new double[][] {{0, Double.NaN}, {0, 0}}), "NaN");
    refused(() -> TransitionGraph.of(new double[][] {{0}, {0, 0}}), "costs[0]", "2", "1");
    refused(() -> TransitionGraph.of(new double[0][]), "basins", "0");
    refused(
        () -> TransitionGraph.estimated(new double[][] {{0, 2}, {0, 0}}, 1),
        "probabilities[0][1]",
        "2.0");
    refused(() -> two.forestCost(), "targets", "0");
    refused(() -> two.forestCost(2), "target", "2");
    refused(() -> two.occupation(0), "learning rate", "0.0");
    refused(() -> MarkovChain.stationary(new double[][] {{0, -1}, {1, 0}}), "[0][1]", "-1.0");
    refused(() -> MarkovChain.stationary(new double[2][2]), "rates");
  }

  // --- every graph there is ---

  private interface Visitor {
    void visit(int[] next);
  }

  /** Every choice of successors of the non-roots from which all of them reach a root. */
  private static void forests(int n, boolean[] root, Visitor visitor) {
    int[] next = new int[n];
    int choices = 1;
    for (int i = 0; i < n; i++) {
      choices *= root[i] ? 1 : n;
    }
    for (int c = 0; c < choices; c++) {
      int rest = c;
      for (int i = 0; i < n; i++) {
        next[i] = root[i] ? i : rest % n;
        rest = root[i] ? rest : rest / n;
      }
      boolean forest = true;
      for (int i = 0; i < n && forest; i++) {
        forest = root[end(next, i)];
      }
      if (forest) {
        visitor.visit(next);
      }
    }
  }

  private static int end(int[] next, int start) {
    int at = start;
    for (int k = 0; k < next.length; k++) {
      at = next[at];
    }
    return at;
  }

  private static double cost(double[][] costs, int[] next) {
    double sum = 0;
    for (int i = 0; i < next.length; i++) {
      sum += next[i] == i ? 0 : costs[i][next[i]];
    }
    return sum;
  }

  private static double cheapest(double[][] costs, boolean[] root) {
    double[] least = {INFINITY};
    forests(costs.length, root, next -> least[0] = Math.min(least[0], cost(costs, next)));
    return least[0];
  }

  private static double exponent(double[][] costs, boolean[] target, int start) {
    double[] least = {INFINITY};
    for (int j = 0; j < costs.length; j++) {
      if (!target[j]) {
        boolean[] roots = target.clone();
        roots[j] = true;
        int end = j;
        forests(
            costs.length,
            roots,
            next -> {
              if (end(next, start) == end) {
                least[0] = Math.min(least[0], cost(costs, next));
              }
            });
      }
    }
    return cheapest(costs, target) - least[0];
  }

  private static double[][] costs(Random random, int n) {
    double[][] costs = new double[n][n];
    for (double[] row : costs) {
      for (int j = 0; j < n; j++) {
        // Ties too: half of the costs are whole numbers.
        row[j] = random.nextBoolean() ? random.nextInt(4) : 3 * random.nextDouble();
      }
    }
    return costs;
  }

  private static double[][] rates(double[][] costs) {
    return Arrays.stream(costs)
        .map(row -> Arrays.stream(row).map(c -> Math.exp(-c)).toArray())
        .toArray(double[][]::new);
  }

  private static boolean[] set(int n, int... members) {
    boolean[] set = new boolean[n];
    for (int m : members) {
      set[m] = true;
    }
    return set;
  }

  private static org.assertj.core.data.Offset<Double> near() {
    return within(1e-13);
  }

  private static void refused(Runnable call, String... parts) {
    assertThatIllegalArgumentException()
        .isThrownBy(call::run)
        .satisfies(e -> assertThat(e.getMessage()).contains(parts));
  }
}
