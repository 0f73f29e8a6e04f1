package io.thermograd.simulator.experiment;

import java.util.List;
import java.util.function.IntFunction;

/** Spreads the independent parts of a computation over cores without changing its result. */
public interface Workers {

  /** Computes part 0 … count−1, in any order and on any thread; the results come in order. */
  <T> List<T> map(int count, IntFunction<T> part);
}
