package io.thermograd.simulator.landscape;

/**
 * A saddle of index 1 and the two minima that steepest descent reaches from it, one each way.
 *
 * @param saddle the point
 * @param a one minimum's number; −1 if the descent leaves the domain
 * @param b the other's; the same as {@code a} where a pass leads back to where it came from
 */
public record Pass(CriticalPoint saddle, int a, int b) {

  /** Whether it leads out of {@code minimum} into another basin. */
  public boolean leadsOutOf(int minimum) {
    return a != b && (a == minimum || b == minimum);
  }

  /** The minimum on the other side of {@code minimum}. */
  public int beyond(int minimum) {
    return minimum == a ? b : a;
  }
}
