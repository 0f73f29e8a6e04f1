/** Predictions of the theory beside what simulations measure. */
@org.jspecify.annotations.NullMarked
package io.thermograd.simulator.experiment;
