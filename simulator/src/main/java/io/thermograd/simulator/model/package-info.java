/** Models with per-example gradients, and the exact noise of those gradients by enumeration. */
@org.jspecify.annotations.NullMarked
package io.thermograd.simulator.model;
