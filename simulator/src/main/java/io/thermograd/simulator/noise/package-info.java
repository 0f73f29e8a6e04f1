/** Gradient noise with a known law, for landscapes that have no data behind them. */
@org.jspecify.annotations.NullMarked
package io.thermograd.simulator.noise;
