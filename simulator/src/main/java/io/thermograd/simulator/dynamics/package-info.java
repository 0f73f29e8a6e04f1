/** Many replicas of one stochastic process, advanced together: optimizers and samplers. */
@org.jspecify.annotations.NullMarked
package io.thermograd.simulator.dynamics;
