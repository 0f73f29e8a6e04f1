package io.thermograd.simulator.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class WorkerPoolTest {

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5})
  void resultsComeInOrder(int threads) {
    try (WorkerPool pool = new WorkerPool(threads)) {
      List<Integer> expected = IntStream.range(0, 1000).map(i -> i * i).boxed().toList();
      assertThat(pool.map(1000, i -> i * i)).isEqualTo(expected);
      assertThat(Workers.inline().map(1000, i -> i * i)).isEqualTo(expected);
      assertThat(pool.<Integer>map(0, i -> i)).isEmpty();
    }
  }

  @Test
  void partsReallyRunSideBySide() {
    try (WorkerPool pool = new WorkerPool(3)) {
      CountDownLatch together = new CountDownLatch(3);
      List<Boolean> met =
          pool.map(
              3,
              i -> {
                together.countDown();
                try {
                  return together.await(20, TimeUnit.SECONDS);
                } catch (InterruptedException e) {
                  throw new IllegalStateException(e);
                }
              });
      assertThat(met).containsOnly(true);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void mapsWithinMapsDoNotWaitForThreads(int threads) {
    try (WorkerPool pool = new WorkerPool(threads)) {
      List<Integer> sums =
          pool.map(
              20,
              i ->
                  pool
                      .map(20, j -> pool.map(5, k -> i + j + k).stream().mapToInt(x -> x).sum())
                      .stream()
                      .mapToInt(x -> x)
                      .sum());
      // Σ_jk (i + j + k) = 100 i + 5·190 + 20·10
      assertThat(sums).isEqualTo(IntStream.range(0, 20).mapToObj(i -> 100 * i + 1150).toList());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4})
  void theLowestFailureIsThrownWhicheverCameFirst(int threads) {
    for (int repeat = 0; repeat < 50; repeat++) {
      try (WorkerPool pool = new WorkerPool(threads)) {
        AtomicInteger begun = new AtomicInteger();
        assertThatThrownBy(
                () ->
                    pool.map(
                        1000,
                        i -> {
                          begun.incrementAndGet();
                          if (i == 3) {
                            Thread.yield();
                          }
                          if (i >= 3) {
                            throw new IllegalStateException("part " + i);
                          }
                          return i;
                        }))
            .isInstanceOf(IllegalStateException.class)
            .hasMessage("part 3");
        assertThat(begun.get()).isBetween(4, 4 + threads);
      }
    }
  }

  @Test
  void noThreadIsNoPool() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new WorkerPool(0))
        .withMessage("threads should be at least 1: were 0");
  }
}
