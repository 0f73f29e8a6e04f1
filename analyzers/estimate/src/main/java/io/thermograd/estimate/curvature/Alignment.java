package io.thermograd.estimate.curvature;

import io.thermograd.estimate.step.QuantityList;
import io.thermograd.wire.QuantityName;
import java.util.List;

/** What noise and curvature have to do with one another, in the leading directions of the noise. */
public final class Alignment {
  private static final List<QuantityName> QUANTITIES =
      List.of(
          QuantityName.NOISE_CURVATURE_ALIGNMENT,
          QuantityName.NOISE_CURVATURE_COSINE,
          QuantityName.NOISE_CURVATURE_SLOPE,
          QuantityName.CURVATURE_NOISE_SCALE);

  private Alignment() {}

  public static void describe(QuantityList out) {
    QUANTITIES.forEach(
        name -> out.absent(name, "waits for the Hessian in the noise's leading directions"));
  }
}
