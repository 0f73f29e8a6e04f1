/** Random numbers whose every bit is fixed by the seed, on any JDK. */
@org.jspecify.annotations.NullMarked
package io.thermograd.simulator.random;
