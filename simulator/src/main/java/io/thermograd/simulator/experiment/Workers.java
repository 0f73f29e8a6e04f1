package io.thermograd.simulator.experiment;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/** Spreads the independent parts of a computation over cores without changing its result. */
public interface Workers {

  /**
   * Computes part 0 … count−1, in any order and on any thread; the results come in order. Parts may
   * call {@code map} again. When parts throw, the exception of the lowest such part is thrown here.
   *
   * @param part a function of its index alone: it draws from a generator of its own, seeded by the
   *     index, and shares nothing that changes
   */
  <T> List<T> map(int count, IntFunction<T> part);

  /** Everything on the calling thread. */
  static Workers inline() {
    return InlineWorkers.INSTANCE;
  }

  /** One part after the other. */
  enum InlineWorkers implements Workers {
    INSTANCE;

    @Override
    public <T> List<T> map(int count, IntFunction<T> part) {
      List<T> results = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        results.add(part.apply(i));
      }
      return results;
    }
  }
}
