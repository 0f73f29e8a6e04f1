/**
 * Gradient noise from a step's micro-batches: trace, scale, spectrum, effective dimension, tails.
 */
@org.jspecify.annotations.NullMarked
package io.thermograd.estimate.noise;
