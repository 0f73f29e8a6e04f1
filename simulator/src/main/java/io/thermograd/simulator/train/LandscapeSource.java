package io.thermograd.simulator.train;

import io.thermograd.simulator.landscape.Landscape;
import io.thermograd.simulator.model.Layer;
import io.thermograd.simulator.model.SymmetricOperator;
import io.thermograd.simulator.noise.NoiseModel;
import io.thermograd.simulator.random.Gaussians;
import java.util.List;

/**
 * Gradients of a landscape, each micro-batch with noise of its own: covariance Σ(θ)/b, independent
 * of every other. The loss is f(θ) itself.
 */
public final class LandscapeSource implements GradientSource {
  private final Landscape landscape;
  private final NoiseModel noise;
  private final Gaussians random;
  private final double[] point;
  private final double[] slope;
  private int size;

  public LandscapeSource(Landscape landscape, NoiseModel noise, Gaussians random) {
    if (noise.dim() != landscape.dim()) {
      throw new IllegalArgumentException(
          "noise should have the landscape's dimension %d: had %d"
              .formatted(landscape.dim(), noise.dim()));
    }
    this.landscape = landscape;
    this.noise = noise;
    this.random = random;
    this.point = new double[landscape.dim()];
    this.slope = new double[landscape.dim()];
  }

  @Override
  public int parameterCount() {
    return landscape.dim();
  }

  @Override
  public List<Layer> layers() {
    return List.of();
  }

  @Override
  public int examples() {
    return 0;
  }

  @Override
  public SamplingScheme sampling() {
    return SamplingScheme.WITH_REPLACEMENT;
  }

  @Override
  public void next(int microBatches, int newSize) {
    size = newSize;
  }

  @Override
  public double gradient(int j, float[] theta, float[] gradient) {
    for (int i = 0; i < point.length; i++) {
      point[i] = theta[i];
    }
    landscape.gradient(point, slope);
    noise.add(point, 1, slope, size, random);
    for (int i = 0; i < slope.length; i++) {
      gradient[i] = (float) slope[i];
    }
    return landscape.value(point);
  }

  @Override
  public SymmetricOperator hessian(float[] theta) {
    double[] at = new double[theta.length];
    for (int i = 0; i < at.length; i++) {
      at[i] = theta[i];
    }
    double[][] hessian = new double[at.length][at.length];
    landscape.hessian(at, hessian);
    return SymmetricOperator.of(hessian);
  }
}
