package io.thermograd.simulator.dynamics;

import io.thermograd.simulator.landscape.Landscape;
import io.thermograd.simulator.random.Ziggurat;

/** What every discretisation of Langevin dynamics keeps of a block of replicas. */
abstract class LangevinBlock implements BlockedEnsemble.Block {
  final Landscape landscape;
  final double timeStep;
  final int replicas;
  final Ziggurat random;
  final double[] x;
  final double[] gradients;
  final double[] noise;

  LangevinBlock(Landscape landscape, double timeStep, int replicas, Ziggurat random) {
    this.landscape = landscape;
    this.timeStep = timeStep;
    this.replicas = replicas;
    this.random = random;
    this.x = new double[landscape.dim() * replicas];
    this.gradients = new double[x.length];
    this.noise = new double[x.length];
  }

  @Override
  public final double[] positions() {
    return x;
  }
}
