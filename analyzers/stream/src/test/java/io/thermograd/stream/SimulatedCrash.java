package io.thermograd.stream;

/** The process is gone: no handler of the code under test may stop it. */
final class SimulatedCrash extends Error {
  private static final long serialVersionUID = 1L;

  SimulatedCrash() {
    super("crash", null, false, false);
  }
}
