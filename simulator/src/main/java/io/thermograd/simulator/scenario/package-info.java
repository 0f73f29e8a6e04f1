/** Named training runs, healthy and faulty, each with its truth. */
@org.jspecify.annotations.NullMarked
package io.thermograd.simulator.scenario;
