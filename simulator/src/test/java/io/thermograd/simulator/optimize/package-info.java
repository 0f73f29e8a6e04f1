/** Tests of the update rules and schedules. */
@org.jspecify.annotations.NullMarked
package io.thermograd.simulator.optimize;
