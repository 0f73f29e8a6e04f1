package io.thermograd.detect.divergence;

/**
 * What is watched for growth: the loss, or where a run sends none, the norm of what it steps by.
 */
public enum Subject {
  LOSS("loss", "losses"),
  GRADIENT("gradient norm", "gradient norms"),
  UPDATE("update norm", "update norms");

  private final String words;
  private final String plural;

  Subject(String words, String plural) {
    this.words = words;
    this.plural = plural;
  }

  /** "The loss": the subject of a sentence. */
  public String atBeginning() {
    return "The " + words;
  }

  /** "losses": more than one, without an article. */
  public String plural() {
    return plural;
  }

  /** In the middle of a sentence, without an article. */
  public String words() {
    return words;
  }

  /** As it is shown: norms are followed by their squares, which go as a loss does. */
  public double shown(double followed) {
    return this == LOSS ? followed : Math.sqrt(Math.max(0, followed));
  }

  /** Growth of what is shown a step, of the logarithm. */
  double shownRate(double rate) {
    return this == LOSS ? rate : rate / 2;
  }
}
