package io.thermograd.detect.regime;

import io.thermograd.detect.stationarity.Standing.Drift;
import io.thermograd.detect.stationarity.Standing.Equilibrium;

/**
 * What the detectors say at one step: all that a regime is decided on.
 *
 * @param step of the run
 * @param settle steps after which a run has arrived in a basin: from the loss's autocorrelation
 *     time within one
 * @param losses so far
 * @param drift of the loss
 * @param equilibrium of the parameters, on a flat stretch
 * @param tested whether the equilibrium can be tested at all
 * @param broken whether loss or gradient are not finite
 * @param diverging whether a rise has become critical
 * @param growing whether a rise stands above all history, and is not critical
 * @param runaway whether that rise goes on exponentially, for longer than a catapult's does
 * @param jumped whether the loss stands above its level without being a new level yet
 * @param hopped whether this step came into another basin
 */
public record Signs(
    long step,
    double settle,
    long losses,
    Drift drift,
    Equilibrium equilibrium,
    boolean tested,
    boolean broken,
    boolean diverging,
    boolean growing,
    boolean runaway,
    boolean jumped,
    boolean hopped) {}
