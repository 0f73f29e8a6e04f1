package io.thermograd.simulator.experiment;

import io.thermograd.simulator.model.Curvature;
import io.thermograd.simulator.model.Eigenpairs;
import io.thermograd.simulator.model.Lanczos;
import io.thermograd.simulator.model.SymmetricOperator;
import java.util.Arrays;
import java.util.List;

/**
 * Σ and H of one network at one θ, from the full matrices.
 *
 * @param parameters P
 * @param cosine tr(ΣH)/(‖Σ‖_F‖H‖_F)
 * @param unrelated what the cosine would be on average if H were turned at random: tr Σ·tr
 *     H/(P‖Σ‖‖H‖)
 * @param leading |cos| between the first eigenvectors; it says little where the first two
 *     eigenvalues are nearly equal and may change places
 * @param shared squared length of Σ's first eigenvector within H's leading {@value #SUBSPACE}
 * @param curvatures κ_i, the leading eigenvalues of H
 * @param noises λ_i, those of Σ
 * @param along u_iᵀΣu_i along H's eigenvectors
 */
@SuppressWarnings("ArrayRecordComponent") // results to show, never compared
record Alignment(
    int parameters,
    double hessianTrace,
    double noiseTrace,
    double cosine,
    double unrelated,
    double leading,
    double shared,
    double[] curvatures,
    double[] noises,
    double[] along) {
  private static final int LEADING = 20;
  private static final int SUBSPACE = 10;

  static Alignment of(Curvature at) {
    double[][] h = at.hessian().dense();
    double[][] sigma = at.noise().dense();
    int p = h.length;
    double traceH = 0;
    double traceSigma = 0;
    double squaresH = 0;
    double squaresSigma = 0;
    double product = 0;
    for (int i = 0; i < p; i++) {
      traceH += h[i][i];
      traceSigma += sigma[i][i];
      for (int j = 0; j < p; j++) {
        squaresH += h[i][j] * h[i][j];
        squaresSigma += sigma[i][j] * sigma[i][j];
        product += h[i][j] * sigma[i][j];
      }
    }
    double norms = Math.sqrt(squaresH) * Math.sqrt(squaresSigma);
    Eigenpairs curved = at.top(LEADING);
    SymmetricOperator noise = SymmetricOperator.of(sigma);
    Eigenpairs noisy = Lanczos.top(noise, LEADING);
    double[] along = new double[LEADING];
    Arrays.setAll(along, i -> noise.quadratic(curved.vectors()[i]));
    double[] cosines = new double[SUBSPACE];
    double shared = 0;
    for (int k = 0; k < SUBSPACE; k++) {
      for (int i = 0; i < p; i++) {
        cosines[k] += curved.vectors()[k][i] * noisy.vectors()[0][i];
      }
      shared += cosines[k] * cosines[k];
    }
    return new Alignment(
        p,
        traceH,
        traceSigma,
        product / norms,
        traceH * traceSigma / (p * norms),
        Math.abs(cosines[0]),
        shared,
        curved.values(),
        noisy.values(),
        along);
  }

  List<Row> rows(String where) {
    return List.of(
        new Row(
            "tr(ΣH)/(‖Σ‖‖H‖), %s; unrelated %.2f".formatted(where, unrelated),
            Double.NaN,
            Measured.exact(cosine),
            Requirement.between(2 * unrelated, 1)),
        new Row(
            "|cos| of the first eigenvectors, " + where,
            Double.NaN,
            Measured.exact(leading),
            Requirement.none()),
        new Row(
            "share of Σ's first eigenvector in H's first %d, %s; unrelated %.3f"
                .formatted(SUBSPACE, where, (double) SUBSPACE / parameters),
            Double.NaN,
            Measured.exact(shared),
            Requirement.between(chance(), 1)),
        new Row(
            "tr Σ against tr H, with the real labels, " + where,
            hessianTrace,
            Measured.exact(noiseTrace),
            Requirement.none()),
        new Row(
            "slope of log λ_i on log κ_i, 20 of each, " + where,
            1,
            Fits.powerLaw(curvatures, noises).slope(),
            Requirement.none()),
        new Row(
            "slope of log u_iᵀΣu_i on log κ_i, " + where,
            1,
            Fits.powerLaw(curvatures, along).slope(),
            Requirement.none()));
  }

  /** Mean and six standard deviations of the share of a random direction: χ²_k/P, about. */
  private double chance() {
    return (SUBSPACE + 6 * Math.sqrt(2.0 * SUBSPACE)) / parameters;
  }

  Plot plot(String where) {
    return new Plot(
        "Noise along the eigenvectors of H, %s, trained".formatted(where),
        new Plot.Axis("curvature κ, loss/param²", true),
        new Plot.Axis("uᵀΣu and λ(Σ), (loss/param)²", true),
        List.of(
            Plot.Series.points(
                "uᵀΣu along the eigenvector of κ",
                curvatures,
                Arrays.stream(along).mapToObj(Measured::exact).toList()),
            Plot.Series.line("eigenvalues of Σ by rank", curvatures, noises)));
  }
}
