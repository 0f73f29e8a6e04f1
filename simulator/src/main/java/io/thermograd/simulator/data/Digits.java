package io.thermograd.simulator.data;

/**
 * The handwritten digits of the UCI repository: 1,797 images of 8 × 8 pixels, scaled from 0…16 to
 * [0, 1]. Exact in float32, since the scale is a power of two.
 *
 * <p>Source: E. Alpaydin, C. Kaynak, "Optical Recognition of Handwritten Digits", UCI Machine
 * Learning Repository, doi:10.24432/C50P49, CC BY 4.0 (see digits.LICENSE.txt beside the resource).
 */
public final class Digits {
  public static final int SIZE = 1797;
  public static final int FEATURES = 64;
  public static final int CLASSES = 10;

  private static final float FULL_PIXEL = 16f;

  private Digits() {}

  /** Reads the data set from the class path; about 20 ms. */
  public static Dataset load() {
    return new Table("digits", SIZE, FEATURES, CLASSES, FULL_PIXEL).load();
  }
}
