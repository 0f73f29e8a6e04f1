package io.thermograd.estimate.curvature;

/**
 * The Hessian's block VᵀHV in the leading directions of the noise, as the stream tells it.
 *
 * @param basis V, r unit rows of k in sketch space; not to be changed
 * @param hessian symmetric, r × r, loss/param²
 * @param standardErrors of each element
 * @param weight steps that weigh the same: what it rests on
 */
public record SubspaceHessian(
    float[][] basis, double[][] hessian, double[][] standardErrors, double weight) {}
