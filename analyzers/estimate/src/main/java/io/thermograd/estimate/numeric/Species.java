package io.thermograd.estimate.numeric;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The widths that vector code uses: the processor's own, up to 16 floats. All loops of a process
 * must use the same one, those of the agent's sketch included (16 floats or plain loops): once C2
 * has seen vectors of two widths, it no longer resolves their methods, and every intermediate
 * result becomes an object. Measured here: a fifth of the speed and 7 MB a step.
 */
public final class Species {
  private static final int MOST_FLOATS = 16;

  public static final VectorSpecies<Float> FLOATS =
      FloatVector.SPECIES_PREFERRED.length() > MOST_FLOATS
          ? FloatVector.SPECIES_512
          : FloatVector.SPECIES_PREFERRED;

  public static final VectorSpecies<Double> DOUBLES =
      DoubleVector.SPECIES_PREFERRED.length() > MOST_FLOATS / 2
          ? DoubleVector.SPECIES_512
          : DoubleVector.SPECIES_PREFERRED;

  private Species() {}
}
