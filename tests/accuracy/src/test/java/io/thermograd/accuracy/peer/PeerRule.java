package io.thermograd.accuracy.peer;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/** Somebody else's rule, watching one run. Not thread-safe. */
public interface PeerRule {

  /** Whether the rule fires in this step. */
  boolean accept(Sight step);

  /** Rules that look for a loss or gradient that grows, by name. */
  static Map<String, Supplier<PeerRule>> growth() {
    Map<String, Supplier<PeerRule>> rules = new LinkedHashMap<>();
    rules.put("either 6σ over 128", EitherSixSigma::new);
    rules.put("2× mean of 100, 5 in a row", TwiceTheMean::new);
    rules.put("z-score 2.5, α 0.97, loss", () -> new ExponentialScore(Sight::loss));
    rules.put("z-score 2.5, α 0.97, ‖g‖", () -> new ExponentialScore(Sight::gradientNorm));
    rules.put("ADWIN δ 0.002", Adwin::new);
    rules.put("Page–Hinkley λ 50", PageHinkley::new);
    return rules;
  }

  /** Rules that look for a loss that has stopped to fall, by name. */
  static Map<String, Supplier<PeerRule>> flatness() {
    Map<String, Supplier<PeerRule>> rules = new LinkedHashMap<>();
    rules.put("LossNotDecreasing, 10 steps, 0 %", LossNotDecreasing::new);
    rules.put("early stopping, patience 3", () -> new EarlyStopping(3));
    rules.put("early stopping, patience 10", () -> new EarlyStopping(10));
    return rules;
  }

  /** The same, counted once: it counts again after {@code quiet} steps without firing. */
  default PeerRule once(int quiet) {
    PeerRule rule = this;
    return new PeerRule() {
      private long since = quiet;

      @Override
      public boolean accept(Sight step) {
        boolean fires = rule.accept(step);
        boolean counts = fires && since >= quiet;
        since = fires ? 0 : since + 1;
        return counts;
      }
    };
  }
}
