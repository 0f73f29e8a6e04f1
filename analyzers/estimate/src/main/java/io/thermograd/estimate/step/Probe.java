package io.thermograd.estimate.step;

import org.jspecify.annotations.Nullable;

/**
 * What the trainer measured of the Hessian H by products with vectors, at a step's parameters.
 *
 * @param top the largest eigenvalues of H, falling; empty when none was sent
 * @param trace tr H
 * @param gradHessGrad gᵀHg along the step's gradient
 * @param preconditionedTop the largest eigenvalues of D⁻¹H, falling, for an optimizer that divides
 *     the gradient by D; empty when none was sent
 */
public record Probe(
    double[] top,
    @Nullable Double trace,
    @Nullable Double gradHessGrad,
    double[] preconditionedTop) {}
