/**
 * Energy landscapes with exact derivatives, and what follows from them: minima, saddles, barriers.
 */
@org.jspecify.annotations.NullMarked
package io.thermograd.simulator.landscape;
