/** The Hessian from the stream and from probes, and what it says about stability. */
@org.jspecify.annotations.NullMarked
package io.thermograd.estimate.curvature;
