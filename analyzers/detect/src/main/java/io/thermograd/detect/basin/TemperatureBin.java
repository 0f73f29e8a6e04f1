package io.thermograd.detect.basin;

/**
 * How long a run was in each basin, and where it went, at about one temperature.
 *
 * @param temperature mean over the steps of the bin, loss
 * @param time spent in each basin, SGD time Σ η_eff
 * @param transitions from basin to basin, core to core
 */
@SuppressWarnings("ArrayRecordComponent") // a view for the next few lines of one thread
public record TemperatureBin(double temperature, double[] time, long[][] transitions) {}
