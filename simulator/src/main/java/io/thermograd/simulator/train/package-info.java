/** Training runs that report themselves through the agent like any other trainer. */
@org.jspecify.annotations.NullMarked
package io.thermograd.simulator.train;
