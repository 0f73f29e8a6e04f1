package io.thermograd.detect.forecast;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import org.hipparchus.distribution.continuous.NormalDistribution;

/** The distribution that a forecast gives to what will come. Immutable. */
sealed interface Predictive {
  /** Of a number on the line. */
  record Normal(double mean, double deviation) implements Predictive {
    public Normal {
      requireFinite("mean", mean);
      requirePositive("deviation", deviation);
    }

    @Override
    public double quantile(double p) {
      return mean + deviation * standardQuantile(p);
    }

    @Override
    public double logDensity(double x) {
      double z = (x - mean) / deviation;
      return -0.5 * z * z - Math.log(deviation * Math.sqrt(2 * Math.PI));
    }

    @Override
    public double logSurvival(double x) {
      return logUpperTail((x - mean) / deviation);
    }
  }

  /** Of a positive number whose logarithm is normal. */
  record LogNormal(double meanLog, double deviation) implements Predictive {
    public LogNormal {
      requireFinite("mean of the logarithm", meanLog);
      requirePositive("deviation", deviation);
    }

    @Override
    public double quantile(double p) {
      // The largest number stands for all beyond it.
      return Math.min(Double.MAX_VALUE, Math.exp(meanLog + deviation * standardQuantile(p)));
    }

    @Override
    public double logDensity(double x) {
      return x > 0
          ? new Normal(meanLog, deviation).logDensity(Math.log(x)) - Math.log(x)
          : Double.NEGATIVE_INFINITY;
    }

    @Override
    public double logSurvival(double x) {
      return x > 0 ? logUpperTail((Math.log(x) - meanLog) / deviation) : 0;
    }
  }

  /**
   * Of a number that is never below a lowest one: the normal law with all that lies below at it.
   * Since nothing comes from below, its intervals hold as often as the normal ones, and are
   * shorter.
   */
  record Clipped(Normal law, double lowest) implements Predictive {
    public Clipped {
      requireFinite("lowest", lowest);
    }

    @Override
    public double quantile(double p) {
      return Math.max(lowest, law.quantile(p));
    }

    /** Of the lowest the log of a probability. */
    @Override
    public double logDensity(double x) {
      return x > lowest
          ? law.logDensity(x)
          : x == lowest ? logUpperTail((law.mean - x) / law.deviation) : Double.NEGATIVE_INFINITY;
    }

    @Override
    public double logSurvival(double x) {
      return x < lowest ? 0 : law.logSurvival(x);
    }
  }

  /**
   * Of a waiting time whose rate has a Gamma posterior: P(S > s) = (1 + s/scale)^−shape. For n
   * events in a time t and the prior of weight ½ it is the shape n + ½ and the scale t.
   */
  record Lomax(double shape, double scale) implements Predictive {
    public Lomax {
      requirePositive("shape", shape);
      requirePositive("scale", scale);
    }

    @Override
    public double quantile(double p) {
      return scale * Math.expm1(-Math.log1p(-p) / shape);
    }

    @Override
    public double logDensity(double x) {
      return x >= 0
          ? Math.log(shape / scale) - (shape + 1) * Math.log1p(x / scale)
          : Double.NEGATIVE_INFINITY;
    }

    @Override
    public double logSurvival(double x) {
      return x > 0 ? -shape * Math.log1p(x / scale) : 0;
    }
  }

  /**
   * Of whether something happens, 1, or does not, 0. An interval of a level holds the outcomes
   * whose probability is above 1 − level.
   */
  record Chance(double probability) implements Predictive {
    public Chance {
      if (!(probability >= 0 && probability <= 1)) {
        throw new IllegalArgumentException(
            "probability should be between 0 and 1: was " + probability);
      }
    }

    @Override
    public double quantile(double p) {
      return p > 1 - probability ? 1 : 0;
    }

    @Override
    public double logDensity(double x) {
      return x > 0 ? Math.log(probability) : Math.log1p(-probability);
    }

    @Override
    public double logSurvival(double x) {
      return x < 1 ? Math.log(probability) : Double.NEGATIVE_INFINITY;
    }

    @Override
    public boolean covers(double x, double level) {
      return (x > 0 ? probability : 1 - probability) > 1 - level;
    }
  }

  /** The x that P(X ≤ x) = p. */
  double quantile(double p);

  /** log p(x), nats; of {@link Chance} the log of a probability. */
  double logDensity(double x);

  /** log P(X > x), nats. */
  double logSurvival(double x);

  /** Whether the central interval of a level holds x. */
  default boolean covers(double x, double level) {
    return x >= quantile((1 - level) / 2) && x <= quantile((1 + level) / 2);
  }

  /** Writes kind and parameters. */
  default void writeTo(DataOutput out) throws IOException {
    if (this instanceof Normal normal) {
      write(out, 0, normal.mean, normal.deviation);
    } else if (this instanceof LogNormal log) {
      write(out, 1, log.meanLog, log.deviation);
    } else if (this instanceof Lomax lomax) {
      write(out, 2, lomax.shape, lomax.scale);
    } else if (this instanceof Chance chance) {
      write(out, 3, chance.probability, 0);
    } else if (this instanceof Clipped clipped) {
      write(out, 4, clipped.law.mean, clipped.law.deviation);
      out.writeDouble(clipped.lowest);
    }
  }

  private static void write(DataOutput out, int kind, double a, double b) throws IOException {
    out.writeByte(kind);
    out.writeDouble(a);
    out.writeDouble(b);
  }

  /** What {@link #writeTo} wrote. */
  static Predictive readFrom(DataInput in) throws IOException {
    int kind = in.readByte();
    double a = in.readDouble();
    double b = in.readDouble();
    return switch (kind) {
      case 0 -> new Normal(a, b);
      case 1 -> new LogNormal(a, b);
      case 2 -> new Lomax(a, b);
      case 3 -> new Chance(a);
      case 4 -> new Clipped(new Normal(a, b), in.readDouble());
      default -> throw new IOException("state claims a predictive distribution " + kind);
    };
  }

  private static double standardQuantile(double p) {
    return new NormalDistribution(0, 1).inverseCumulativeProbability(p);
  }

  /** log P(Z > z): beyond 30 by its leading term, relative error 10⁻³. */
  private static double logUpperTail(double z) {
    return z < 30
        ? Math.log(new NormalDistribution(0, 1).cumulativeProbability(-z))
        : -0.5 * z * z - Math.log(z * Math.sqrt(2 * Math.PI));
  }

  private static void requireFinite(String name, double x) {
    if (!Double.isFinite(x)) {
      throw new IllegalArgumentException(name + " should be finite: was " + x);
    }
  }

  private static void requirePositive(String name, double x) {
    if (!(x > 0 && x < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(name + " should be finite and positive: was " + x);
    }
  }
}
