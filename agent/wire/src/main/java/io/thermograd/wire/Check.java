package io.thermograd.wire;

import io.thermograd.wire.proto.Vector;
import java.util.regex.Pattern;

/** The rules on single values, each with its sentence: field, value, remedy. */
final class Check {
  private static final Pattern IDENTIFIER = Pattern.compile("[a-zA-Z_][a-zA-Z0-9_]*");

  private Check() {}

  static InvalidEventException invalid(String message) {
    return new InvalidEventException(RejectionKind.INVALID, message);
  }

  static void finite(String field, double x) throws InvalidEventException {
    if (!Double.isFinite(x)) {
      throw invalid(field + " should be finite: was " + x + "; send seconds since the Unix epoch");
    }
  }

  static void finiteNotNegative(String field, double x) throws InvalidEventException {
    if (!(x >= 0 && Double.isFinite(x))) {
      throw invalid(
          field + " should be finite and ≥ 0: was " + x + "; send it as the optimizer uses it");
    }
  }

  static void inUnitInterval(String field, double x) throws InvalidEventException {
    if (!(x >= 0 && x < 1)) {
      throw invalid(
          field + " should be in [0, 1): was " + x + "; send the optimizer's coefficient");
    }
  }

  /** NaN and infinity pass. */
  static void sqnorm(String field, double x) throws InvalidEventException {
    if (x < 0) {
      throw invalid(
          field + " should not be negative: was " + x + "; send the sum of squares or its root");
    }
  }

  static void positive(String field, int x) throws InvalidEventException {
    if (x <= 0) {
      throw outOfRange(field, "1 to " + Integer.MAX_VALUE, Integer.toUnsignedString(x));
    }
  }

  static void positive(String field, long x) throws InvalidEventException {
    if (x <= 0) {
      throw outOfRange(field, "1 to " + Long.MAX_VALUE, Long.toUnsignedString(x));
    }
  }

  static void notNegative(String field, int x) throws InvalidEventException {
    atMost(field, x, Integer.MAX_VALUE);
  }

  static void notNegative(String field, long x) throws InvalidEventException {
    if (x < 0) {
      throw outOfRange(field, "0 to " + Long.MAX_VALUE, Long.toUnsignedString(x));
    }
  }

  static void atMost(String field, int x, int max) throws InvalidEventException {
    if (x < 0 || x > max) {
      throw outOfRange(field, "0 to " + max, Integer.toUnsignedString(x));
    }
  }

  private static InvalidEventException outOfRange(String field, String range, String value) {
    return invalid(field + " should be " + range + ": was " + value + "; correct it at the sender");
  }

  static void count(String field, int n, int max) throws InvalidEventException {
    if (n > max) {
      throw invalid(field + " should have at most " + max + " entries: had " + n + "; send fewer");
    }
  }

  /** Not blank and {@link #text}. */
  static void name(String field, String s, int max) throws InvalidEventException {
    if (s.isBlank()) {
      throw invalid(field + " should not be empty: was " + Text.quote(s) + "; give it a name");
    }
    text(field, s, max);
  }

  /** Printable and not too long. */
  static void text(String field, String s, int max) throws InvalidEventException {
    if (s.length() > max) {
      throw invalid(
          field
              + " should have at most "
              + max
              + " characters: had "
              + s.length()
              + " in "
              + Text.quote(s)
              + "; shorten it");
    }
    if (!Text.isPrintable(s)) {
      throw invalid(
          field
              + " should hold printable characters only: was "
              + Text.quote(s)
              + "; remove control characters");
    }
  }

  static void identifier(String field, String s, int max) throws InvalidEventException {
    if (s.length() > max || !IDENTIFIER.matcher(s).matches()) {
      throw invalid(
          field
              + " should have keys that match [a-zA-Z_][a-zA-Z0-9_]* in at most "
              + max
              + " characters: was "
              + Text.quote(s)
              + "; rename the label");
    }
  }

  /**
   * Checks one sketch against the length of those before it (0 when it is the first).
   *
   * @param index appended to {@code field} in messages unless negative
   * @return its length
   */
  static int sketch(String field, int index, Vector v, int before) throws InvalidEventException {
    int bytes =
        v.getEncodingCase() == Vector.EncodingCase.BFLOAT16
            ? v.getBfloat16().size()
            : v.getFloat32().size();
    int element = v.getEncodingCase() == Vector.EncodingCase.BFLOAT16 ? 2 : 4;
    if (bytes % element != 0) {
      throw invalid(
          named(field, index)
              + " should have a multiple of "
              + element
              + " bytes: had "
              + bytes
              + "; encode whole little-endian elements");
    }
    int n = bytes / element;
    if (n == 0) {
      throw invalid(
          named(field, index) + " should have elements: had 0; leave the field out instead");
    }
    if (n > EventRules.MAX_SKETCH_DIM) {
      throw invalid(
          named(field, index)
              + " should have at most "
              + EventRules.MAX_SKETCH_DIM
              + " elements: had "
              + n
              + "; sketch to a smaller dimension");
    }
    if (before != 0 && n != before) {
      throw invalid(
          named(field, index)
              + " should have "
              + before
              + " elements as the sketches before it: had "
              + n
              + "; use one sketcher for a whole run");
    }
    return n;
  }

  private static String named(String field, int index) {
    return index < 0 ? field : field + index;
  }
}
