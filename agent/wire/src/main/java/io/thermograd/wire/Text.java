package io.thermograd.wire;

import org.jspecify.annotations.Nullable;

/** Strings from outside, made safe to show in a one-line message. */
final class Text {
  private static final int SHOWN = 60;

  private Text() {}

  /** In quotes, shortened, with control characters escaped. */
  static String quote(String s) {
    StringBuilder out = new StringBuilder(SHOWN + 8).append('"');
    int end = Math.min(s.length(), SHOWN);
    for (int i = 0; i < end; i++) {
      char c = s.charAt(i);
      if (isPrintable(c) || Character.isSurrogate(c)) {
        out.append(c);
      } else {
        out.append(String.format("\\u%04x", (int) c));
      }
    }
    return out.append(s.length() > end ? "…\"" : "\"").toString();
  }

  /** Line breaks and what else does not print become spaces. */
  static String oneLine(@Nullable String s) {
    if (s == null) {
      return "no details";
    }
    StringBuilder out = new StringBuilder(s.length());
    s.codePoints().forEach(c -> out.appendCodePoint(isPrintable(c) ? c : ' '));
    return out.toString().strip();
  }

  static boolean isPrintable(String s) {
    return s.codePoints().allMatch(Text::isPrintable);
  }

  private static boolean isPrintable(int codePoint) {
    if (codePoint < 0x7f) {
      return codePoint >= 0x20;
    }
    return switch (Character.getType(codePoint)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      default -> true;
    };
  }
}
