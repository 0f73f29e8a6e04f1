package io.thermograd.accuracy.peer;

import moa.classifiers.core.driftdetection.ADWINChangeDetector;

/**
 * Two parts of the recent losses have different means at confidence δ = 0.002, and the later one is
 * higher. MOA's own implementation with its defaults, which looks every 32 steps.
 *
 * <p>Source: A. Bifet and R. Gavaldà, doi:10.1137/1.9781611972771.42; MOA {@code
 * ADWINChangeDetector}. A loss that is not finite fires and is kept from it.
 */
public final class Adwin implements PeerRule {
  private final ADWINChangeDetector detector = new ADWINChangeDetector();

  @Override
  public boolean accept(Sight step) {
    if (!Double.isFinite(step.loss())) {
      return true;
    }
    detector.input(step.loss());
    return detector.getChange();
  }
}
