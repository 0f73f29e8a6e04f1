/** Update rules and their schedules, the same for a network's parameters and for replicas. */
@org.jspecify.annotations.NullMarked
package io.thermograd.simulator.optimize;
