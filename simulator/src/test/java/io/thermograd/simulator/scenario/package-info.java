/** Tests of the scenarios and of what they say is true. */
@org.jspecify.annotations.NullMarked
package io.thermograd.simulator.scenario;
