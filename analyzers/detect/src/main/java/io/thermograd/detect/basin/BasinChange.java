package io.thermograd.detect.basin;

/**
 * The run has come into another basin's core.
 *
 * @param from the basin it left
 * @param to the basin it entered
 * @param left last step in the core of {@code from}
 * @param entered first step in the core of {@code to}
 * @param known whether it has been in {@code to} before
 */
public record BasinChange(int from, int to, long left, long entered, boolean known) {

  /** The same, last seen in {@code from} at another step. */
  BasinChange leftAt(long step) {
    return new BasinChange(from, to, step, entered, known);
  }

  /** The same, into another basin. */
  BasinChange into(int basin) {
    return new BasinChange(from, basin, left, entered, known);
  }
}
