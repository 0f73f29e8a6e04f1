package io.thermograd.simulator.landscape;

import io.thermograd.simulator.random.SplitMix64;
import java.util.Arrays;

/** A landscape on the set where its points live. Immutable and thread-safe. */
sealed interface Geometry {

  static Geometry of(Terrain terrain) {
    return switch (terrain.domain()) {
      case SPACE -> new InBox(terrain.landscape(), terrain.box());
      case UNIT_SPHERE -> new OnSphere(terrain.landscape());
    };
  }

  Landscape landscape();

  /** Dimension of the surrounding space, the length of a point. */
  default int dim() {
    return landscape().dim();
  }

  /** Writes the gradient. */
  void gradient(double[] x, double[] gradient);

  /** Eigenvalues and vectors of the Hessian: as many as the set has dimensions. */
  Eigen eigen(double[] x);

  /** Brings a point that has been moved along a tangent back to the set. */
  void retract(double[] x);

  boolean contains(double[] x);

  /** Points all over the set. */
  double[][] spread(int count);

  double diameter();

  /** A subset of the space, without constraint. */
  record InBox(Landscape landscape, Box box) implements Geometry {
    @Override
    public void gradient(double[] x, double[] gradient) {
      landscape.gradient(x, gradient);
    }

    @Override
    public Eigen eigen(double[] x) {
      double[][] hessian = new double[x.length][x.length];
      landscape.hessian(x, hessian);
      return Eigen.of(hessian);
    }

    @Override
    public void retract(double[] x) {}

    @Override
    public boolean contains(double[] x) {
      return box.contains(x);
    }

    @Override
    public double[][] spread(int count) {
      return box.spread(count);
    }

    @Override
    public double diameter() {
      return box.diagonal();
    }
  }

  /** The unit sphere, with its tangential derivatives. */
  record OnSphere(Landscape landscape) implements Geometry {
    @Override
    public void gradient(double[] x, double[] gradient) {
      landscape.gradient(x, gradient);
      Sphere.toTangent(x, gradient);
    }

    /** The tangential Hessian has the eigenvector x too: it is moved to the top, and left out. */
    @Override
    public Eigen eigen(double[] x) {
      int d = x.length;
      double[][] hessian = new double[d][d];
      Sphere.hessian(landscape, x, hessian);
      double bound = 1;
      for (double[] row : hessian) {
        bound += Vectors.norm(row);
      }
      for (int i = 0; i < d; i++) {
        for (int j = 0; j <= i; j++) {
          hessian[i][j] = 0.5 * (hessian[i][j] + hessian[j][i]) + 2 * bound * (x[i] * x[j]);
          hessian[j][i] = hessian[i][j];
        }
      }
      Eigen all = Eigen.of(hessian);
      return new Eigen(Arrays.copyOf(all.values(), d - 1), Arrays.copyOf(all.vectors(), d - 1));
    }

    @Override
    public void retract(double[] x) {
      Sphere.normalise(x);
    }

    @Override
    public boolean contains(double[] x) {
      return true;
    }

    @Override
    public double[][] spread(int count) {
      SplitMix64 random = new SplitMix64(count);
      double[][] points = new double[count][dim()];
      for (double[] x : points) {
        for (int i = 0; i < x.length; i++) {
          x[i] = random.nextGaussian();
        }
        Sphere.normalise(x);
      }
      return points;
    }

    @Override
    public double diameter() {
      return 2;
    }
  }
}
