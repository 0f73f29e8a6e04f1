/** Numerics that know nothing of training: kernels, eigenvalues, forgetting means and intervals. */
@org.jspecify.annotations.NullMarked
package io.thermograd.estimate.numeric;
