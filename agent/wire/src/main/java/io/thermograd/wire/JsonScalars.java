package io.thermograd.wire;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonStreamContext;
import com.fasterxml.jackson.core.JsonToken;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import java.io.IOException;
import java.math.BigInteger;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The parser's current value as the type the schema wants, or an error that says where it is. */
final class JsonScalars {
  /** Beyond it doubles are more than 1 apart, so an integer in their notation is not exact. */
  private static final double LAST_EXACT = 0x1p53;

  private static final Pattern DIGITS = Pattern.compile("[0-9]{1,20}");

  private final JsonParser in;

  JsonScalars(JsonParser in) {
    this.in = in;
  }

  String string() throws IOException, InvalidEventException {
    if (in.currentToken() != JsonToken.VALUE_STRING) {
      throw mismatch("a string", "put it in quotes");
    }
    return in.getText();
  }

  /** A double; what is beyond its range is infinite. */
  double number() throws IOException, InvalidEventException {
    return in.currentToken().isNumeric() ? in.getDoubleValue() : nonFinite();
  }

  /** A float, rounded once from the decimal; what is beyond its range is infinite. */
  float element() throws IOException, InvalidEventException {
    return in.currentToken().isNumeric() ? in.getFloatValue() : (float) nonFinite();
  }

  private double nonFinite() throws IOException, InvalidEventException {
    String text = in.currentToken() == JsonToken.VALUE_STRING ? in.getText() : "";
    return switch (text) {
      case "NaN" -> Double.NaN;
      case "Infinity" -> Double.POSITIVE_INFINITY;
      case "-Infinity" -> Double.NEGATIVE_INFINITY;
      default ->
          throw mismatch(
              "a number", "write it without quotes, or \"NaN\", \"Infinity\", \"-Infinity\"");
    };
  }

  /** An unsigned integer of so many bits, in a long. */
  long unsigned(int bits) throws IOException, InvalidEventException {
    switch (in.currentToken()) {
      case VALUE_NUMBER_INT -> {
        BigInteger x = in.getBigIntegerValue();
        if (x.signum() >= 0 && x.bitLength() <= bits) {
          return x.longValue();
        }
      }
      case VALUE_NUMBER_FLOAT -> {
        double x = in.getDoubleValue();
        if (x >= 0 && x <= LAST_EXACT && x == Math.rint(x) && x < Math.scalb(1.0, bits)) {
          return (long) x;
        }
      }
      case VALUE_STRING -> {
        if (DIGITS.matcher(in.getText()).matches()) {
          BigInteger x = new BigInteger(in.getText());
          if (x.bitLength() <= bits) {
            return x.longValue();
          }
        }
      }
      default -> {}
    }
    String max = BigInteger.ONE.shiftLeft(bits).subtract(BigInteger.ONE).toString();
    throw mismatch("an integer from 0 to " + max, "write it in plain digits");
  }

  /** An enum's value by its lower-case name, or by its number. */
  EnumValueDescriptor constant(EnumDescriptor type) throws IOException, InvalidEventException {
    if (in.currentToken() == JsonToken.VALUE_STRING) {
      for (EnumValueDescriptor value : type.getValues()) {
        if (value.getNumber() != 0 && id(value).equals(in.getText())) {
          return value;
        }
      }
    } else if (in.currentToken() == JsonToken.VALUE_NUMBER_INT) {
      // A newer sender's value that this version has no name for.
      return type.findValueByNumberCreatingIfUnknown((int) unsigned(31));
    }
    throw mismatch(
        type.getValues().stream()
            .filter(v -> v.getNumber() != 0)
            .map(v -> Text.quote(id(v)))
            .collect(Collectors.joining(", ", "one of ", "")),
        "use one of them or leave the field out");
  }

  private static String id(EnumValueDescriptor value) {
    return value.getName().toLowerCase(Locale.ROOT);
  }

  /** "step.loss should be …: was …". */
  InvalidEventException mismatch(String expected, String remedy) throws IOException {
    return malformed("should be " + expected + ": was " + shown() + "; " + remedy);
  }

  /**
   * The sentence's subject, path and column of the current token, is put before {@code problem}.
   */
  InvalidEventException malformed(String problem) {
    StringBuilder message = new StringBuilder();
    appendPath(message, in.getParsingContext());
    if (message.length() == 0) {
      message.append("line");
    }
    message.append(" (column ").append(in.currentTokenLocation().getColumnNr()).append(") ");
    return new InvalidEventException(
        RejectionKind.MALFORMED, message.append(Text.oneLine(problem)).toString());
  }

  private String shown() throws IOException {
    return switch (in.currentToken()) {
      case START_OBJECT, END_OBJECT -> "an object";
      case START_ARRAY, END_ARRAY -> "an array";
      case VALUE_STRING -> Text.quote(in.getText());
      default -> {
        String text = Text.quote(in.getText());
        yield text.substring(1, text.length() - 1);
      }
    };
  }

  private static void appendPath(StringBuilder out, JsonStreamContext context) {
    JsonStreamContext parent = context.getParent();
    if (parent != null) {
      appendPath(out, parent);
    }
    if (context.inArray() && context.hasCurrentIndex()) {
      out.append('[').append(context.getCurrentIndex()).append(']');
    } else if (context.inObject() && context.getCurrentName() != null) {
      String name = Text.quote(context.getCurrentName());
      out.append(out.length() == 0 ? "" : ".").append(name, 1, name.length() - 1);
    }
  }
}
