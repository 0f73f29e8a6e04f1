package io.thermograd.simulator.model;

/**
 * One layer's part of the gradient and of its noise.
 *
 * @param layer its name
 * @param gradientSqnorm ‖G‖² over its parameters, (loss/param)²
 * @param noiseTrace tr Σ over its parameters, (loss/param)²; the layers' sum is the whole trace
 */
public record LayerNoise(String layer, double gradientSqnorm, double noiseTrace) {}
