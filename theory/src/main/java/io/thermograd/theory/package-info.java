/** SGD as a stochastic process: formulas as pure functions. No input or output, no state. */
@org.jspecify.annotations.NullMarked
package io.thermograd.theory;
