package io.thermograd.simulator.data;

/**
 * The Wisconsin diagnostic breast cancer data of the UCI repository: 569 tumours with 30 features
 * of their cell nuclei, 212 malignant (class 0) and 357 benign (class 1). As published, so that the
 * features differ in scale by five orders of magnitude: see {@link Dataset#standardised}. With all
 * 30 features the classes are linearly separable: a logistic regression needs a penalty.
 *
 * <p>Source: W. Wolberg et al., "Breast Cancer Wisconsin (Diagnostic)", UCI Machine Learning
 * Repository, doi:10.24432/C5DW2B, CC BY 4.0 (see breast-cancer.LICENSE.txt beside the resource).
 */
public final class BreastCancer {
  public static final int SIZE = 569;
  public static final int FEATURES = 30;
  public static final int CLASSES = 2;

  private BreastCancer() {}

  /** Reads the data set from the class path. */
  public static Dataset load() {
    return new Table("breast-cancer", SIZE, FEATURES, CLASSES, 1f).load();
  }
}
