package io.thermograd.accuracy;

import io.thermograd.agent.Sketcher;
import io.thermograd.estimate.step.Motion;
import io.thermograd.estimate.step.TrainingStep;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * SGD with momentum on ½θᵀHθ in P dimensions, seen through a real sketch, at the cost of k. H and Σ
 * are multiples of the identity but in the span of J dense orthonormal directions u_j. So the
 * sketch of Hθ is κ₀Sθ + Σ_j s_j·(…), s_j = Su_j, and θ is only needed as Sθ and as its J
 * coordinates. S has one ±1 a column, so SSᵀ is diagonal with the counts n_c, and the sketch of an
 * isotropic normal vector has independent elements of variance n_c; its coordinates along the u_j
 * given its sketch are normal as well. Nothing is approximated but that normals come from a table
 * at random offsets.
 */
final class SketchedQuadratic {
  static final int MICRO_BATCHES = 4;
  private static final int[] EXAMPLES = {1, 1, 1, 1};
  private static final float[] TABLE = table();

  private final int k;
  private final int span;
  private final double eta;
  private final double beta;
  private final Form form;
  private final float[][] s;
  private final float[][] conditional;
  private final double[][] residual;
  private final float[] sd;
  private final SplittableRandom random;

  private final double[] a;
  private final double[] speed;
  private final float[] theta;
  private final float[] velocity;
  private long step;

  /**
   * What is minimised.
   *
   * @param bulkCurvature κ₀
   * @param hessian H in the span, J × J
   * @param bulkNoise variance of ḡ along a direction outside the span
   * @param noise L with LLᵀ the covariance of ḡ in the span less the bulk's
   */
  record Form(double bulkCurvature, double[][] hessian, double bulkNoise, double[][] noise) {

    /** With H and Σ diagonal in the u_j. */
    static Form aligned(
        double bulkCurvature, double[] curvatures, double bulkNoise, double[] noises) {
      int n = curvatures.length;
      double[][] h = new double[n][n];
      double[][] l = new double[n][n];
      for (int j = 0; j < n; j++) {
        h[j][j] = curvatures[j];
        l[j][j] = Math.sqrt(noises[j] - bulkNoise);
      }
      return new Form(bulkCurvature, h, bulkNoise, l);
    }
  }

  SketchedQuadratic(Form form, int parameters, int dim, double eta, double beta, long seed) {
    this.form = form;
    this.span = form.hessian.length;
    this.eta = eta;
    this.beta = beta;
    this.random = new SplittableRandom(seed);
    Sketcher sketcher = Sketcher.of(parameters, dim, seed);
    this.k = sketcher.dim();
    float[] counts = counts(sketcher, parameters);
    this.sd = new float[k];
    for (int c = 0; c < k; c++) {
      sd[c] = (float) Math.sqrt(counts[c]);
    }
    this.s = new float[span][k];
    float[][] u = orthonormal(parameters);
    this.conditional = new float[span][k];
    for (int j = 0; j < span; j++) {
      sketcher.sketch(u[j], s[j]);
      for (int c = 0; c < k; c++) {
        conditional[j][c] = counts[c] == 0 ? 0 : s[j][c] / counts[c];
      }
    }
    double[][] rest = new double[span][span];
    for (int i = 0; i < span; i++) {
      for (int j = 0; j < span; j++) {
        rest[i][j] = (i == j ? 1 : 0) - dot(s[i], conditional[j]);
      }
    }
    this.residual = cholesky(rest);
    this.a = new double[span];
    this.speed = new double[span];
    this.theta = new float[k];
    this.velocity = new float[k];
  }

  /** Starts that far along u_j, not at the minimum. */
  SketchedQuadratic from(int j, double distance) {
    a[j] += distance;
    axpy(distance, s[j], theta);
    return this;
  }

  /** Su_1 … Su_r, made orthonormal in this order. */
  float[][] leading(int r) {
    float[][] v = new float[r][];
    for (int i = 0; i < r; i++) {
      v[i] = s[i].clone();
      for (int j = 0; j < i; j++) {
        axpy(-dot(v[j], v[i]), v[j], v[i]);
      }
      float norm = (float) Math.sqrt(dot(v[i], v[i]));
      for (int c = 0; c < k; c++) {
        v[i][c] /= norm;
      }
    }
    return v;
  }

  private static float[] counts(Sketcher sketcher, int parameters) {
    int k = sketcher.dim();
    float[] counts = new float[k];
    float[] x = new float[parameters];
    float[] out = new float[k];
    for (int from = 0; from < parameters; from += 256) {
      // Elements of a segment never share a place.
      Arrays.fill(x, 0);
      Arrays.fill(x, from, Math.min(parameters, from + 256), 1);
      sketcher.sketch(x, out);
      for (int c = 0; c < k; c++) {
        counts[c] += Math.abs(out[c]);
      }
    }
    return counts;
  }

  private float[][] orthonormal(int parameters) {
    float[][] u = new float[span][parameters];
    for (int j = 0; j < span; j++) {
      double[] x = new double[parameters];
      for (int i = 0; i < parameters; i++) {
        x[i] = random.nextGaussian();
      }
      for (int l = 0; l < j; l++) {
        double c = 0;
        for (int i = 0; i < parameters; i++) {
          c += x[i] * u[l][i];
        }
        for (int i = 0; i < parameters; i++) {
          x[i] -= c * u[l][i];
        }
      }
      double norm = Math.sqrt(Arrays.stream(x).map(v -> v * v).sum());
      for (int i = 0; i < parameters; i++) {
        u[j][i] = (float) (x[i] / norm);
      }
    }
    return u;
  }

  private static double[][] cholesky(double[][] m) {
    int n = m.length;
    double[][] l = new double[n][n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j <= i; j++) {
        double sum = m[i][j];
        for (int c = 0; c < j; c++) {
          sum -= l[i][c] * l[j][c];
        }
        l[i][j] = i == j ? Math.sqrt(Math.max(0, sum)) : l[j][j] > 0 ? sum / l[j][j] : 0;
      }
    }
    return l;
  }

  /** The next step: what a trainer would send, then its update. */
  TrainingStep next() {
    float[][] g = new float[MICRO_BATCHES][k];
    double[] mean = new double[span];
    double[] pull = new double[span];
    double[] excess = new double[span];
    for (int j = 0; j < span; j++) {
      for (int l = 0; l < span; l++) {
        pull[j] += form.hessian[j][l] * a[l];
      }
      excess[j] = pull[j] - form.bulkCurvature * a[j];
    }
    double[] normals = new double[span];
    for (float[] row : g) {
      double scale = Math.sqrt(MICRO_BATCHES);
      double bulk = scale * Math.sqrt(form.bulkNoise);
      int offset = random.nextInt(TABLE.length - k);
      float sign = (float) (random.nextBoolean() ? bulk : -bulk);
      for (int c = 0; c < k; c++) {
        row[c] = sign * sd[c] * TABLE[offset + c];
      }
      for (int j = 0; j < span; j++) {
        normals[j] = random.nextGaussian();
        if (bulk > 0) {
          mean[j] += dot(conditional[j], row) / MICRO_BATCHES;
        }
      }
      for (int j = 0; j < span; j++) {
        double noise = 0;
        for (int l = 0; l < span; l++) {
          noise += scale * form.noise[j][l] * normals[l];
        }
        mean[j] += noise / MICRO_BATCHES;
        axpy(noise + excess[j], s[j], row);
      }
      axpy(form.bulkCurvature, theta, row);
    }
    for (int j = 0; j < span; j++) {
      normals[j] = random.nextGaussian();
    }
    for (int j = 0; j < span; j++) {
      for (int l = 0; l <= j; l++) {
        mean[j] += Math.sqrt(form.bulkNoise) * residual[j][l] * normals[l];
      }
    }
    TrainingStep out =
        TrainingStep.at(step, step)
            .learningRate(eta)
            .batchSize(MICRO_BATCHES)
            .examples(EXAMPLES)
            .sketches(g)
            .motion(new Motion(theta.clone(), null, null))
            .build();
    step++;
    for (int c = 0; c < k; c++) {
      float sum = 0;
      for (float[] row : g) {
        sum += row[c];
      }
      velocity[c] = (float) (beta * velocity[c] + sum / MICRO_BATCHES);
      theta[c] -= (float) (eta * velocity[c]);
    }
    for (int j = 0; j < span; j++) {
      speed[j] = beta * speed[j] + pull[j] + mean[j];
      a[j] -= eta * speed[j];
    }
    return out;
  }

  private static double dot(float[] x, float[] y) {
    float s0 = 0;
    float s1 = 0;
    float s2 = 0;
    float s3 = 0;
    for (int i = 0; i < x.length; i += 4) {
      s0 += x[i] * y[i];
      s1 += x[i + 1] * y[i + 1];
      s2 += x[i + 2] * y[i + 2];
      s3 += x[i + 3] * y[i + 3];
    }
    return (double) s0 + s1 + s2 + s3;
  }

  private static void axpy(double factor, float[] x, float[] y) {
    float f = (float) factor;
    for (int i = 0; i < x.length; i++) {
      y[i] += f * x[i];
    }
  }

  private static float[] table() {
    SplittableRandom random = new SplittableRandom(0);
    float[] table = new float[1 << 20];
    for (int i = 0; i < table.length; i++) {
      table[i] = (float) random.nextGaussian();
    }
    return table;
  }
}
