/** Data sets that models train on, shipped with the project. */
@org.jspecify.annotations.NullMarked
package io.thermograd.simulator.data;
