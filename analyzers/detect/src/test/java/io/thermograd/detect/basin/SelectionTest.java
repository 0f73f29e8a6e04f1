package io.thermograd.detect.basin;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.DoubleSupplier;
import org.junit.jupiter.api.Test;

class SelectionTest {
  private static void agreesWithSorting(int n, SplittableRandom random, DoubleSupplier next) {
    double[] x = new double[n];
    for (int i = 0; i < n; i++) {
      x[i] = next.getAsDouble();
    }
    double[] sorted = x.clone();
    Arrays.sort(sorted);
    for (int k : new int[] {1, 2, 50, n / 2, n - 1, n, 1 + random.nextInt(n)}) {
      int wanted = Math.max(1, Math.min(k, n));
      assertThat(Selection.smallest(x.clone(), n, wanted))
          .as("%d of %d", wanted, n)
          .isEqualTo(sorted[wanted - 1]);
    }
  }

  @Test
  void agreesWithSortingWhateverTheNumbers() {
    for (int seed = 0; seed < 100; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      int n = 1 + random.nextInt(3_000);
      agreesWithSorting(n, random, random::nextDouble);
      agreesWithSorting(n, random, () -> random.nextInt(5));
      agreesWithSorting(n, random, () -> 7);
    }
  }

  @Test
  void aSampleThatIsNotLikeTheRestDoesNoHarm() {
    // Every 16th is far above or below all others: the sample says nothing of them.
    for (double odd : new double[] {-1e6, 1e6}) {
      int[] at = {0};
      agreesWithSorting(
          2_048, new SplittableRandom(1), () -> at[0] % 16 == 0 ? odd + at[0]++ : at[0]++);
    }
  }

  @Test
  void asksForNoMoreThanThereIs() {
    assertThat(Selection.smallest(new double[] {3, 1, 2, -9}, 3, 5)).isEqualTo(3);
  }
}
