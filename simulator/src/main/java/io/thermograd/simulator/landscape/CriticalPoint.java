package io.thermograd.simulator.landscape;

import java.util.Arrays;

/**
 * A point where the gradient vanishes.
 *
 * @param at the point
 * @param value f there
 * @param eigenvalues of the Hessian, ascending; on the sphere of the tangential one, d − 1 of them
 * @param degenerate whether an eigenvalue is 0 to the precision of the search, so that the index
 *     says nothing about the flat directions, and the point may be one of a continuum
 */
@SuppressWarnings("ArrayRecordComponent") // copied in and out, compared by content
public record CriticalPoint(double[] at, double value, double[] eigenvalues, boolean degenerate) {
  public CriticalPoint {
    at = at.clone();
    eigenvalues = eigenvalues.clone();
  }

  @Override
  public double[] at() {
    return at.clone();
  }

  @Override
  public double[] eigenvalues() {
    return eigenvalues.clone();
  }

  /** Number of downward directions: 0 for a minimum, 1 for a pass between two, d for a maximum. */
  public int index() {
    return (int) Arrays.stream(eigenvalues).filter(k -> k < 0).count();
  }

  /** Product of the eigenvalues; negative for an odd index. */
  public double determinant() {
    return Arrays.stream(eigenvalues).reduce(1, (a, b) -> a * b);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof CriticalPoint that
        && Arrays.equals(at, that.at)
        && value == that.value
        && Arrays.equals(eigenvalues, that.eigenvalues)
        && degenerate == that.degenerate;
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(at) + Arrays.hashCode(eigenvalues);
  }

  @Override
  public String toString() {
    return "index %d at %s, value %s".formatted(index(), Arrays.toString(at), value);
  }
}
