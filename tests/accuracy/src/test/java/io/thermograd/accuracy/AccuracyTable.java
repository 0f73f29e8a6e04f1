package io.thermograd.accuracy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Collects what the accuracy tests of one execution measured; prints it and writes
 * target/accuracy.txt when the last test is over.
 */
final class AccuracyTable implements BeforeAllCallback {
  private static final Path FILE = Path.of("target", "accuracy.txt");
  private static final List<Row> ROWS = new ArrayList<>();

  private record Row(String quantity, String where, String required, String measured, String met) {}

  @Override
  public void beforeAll(ExtensionContext context) {
    context
        .getRoot()
        .getStore(ExtensionContext.Namespace.create(AccuracyTable.class))
        .computeIfAbsent(
            "printer", key -> (AutoCloseable) AccuracyTable::print, AutoCloseable.class);
  }

  /** Adds a line, and fails the test later if the requirement is not met. */
  static void add(
      SoftAssertions softly,
      String quantity,
      String where,
      String required,
      String measured,
      boolean met) {
    synchronized (ROWS) {
      ROWS.add(new Row(quantity, where, required, measured, met ? "yes" : "NO"));
    }
    softly.assertThat(met).as("%s, %s: %s, was %s", quantity, where, required, measured).isTrue();
  }

  /** Adds a line that nothing is required of. */
  static void note(String quantity, String where, String measured) {
    synchronized (ROWS) {
      ROWS.add(new Row(quantity, where, "-", measured, "-"));
    }
  }

  /** Adds a line that says whether an aim is met, without failing the test if it is not. */
  static void aim(String quantity, String where, String aim, String measured, boolean met) {
    synchronized (ROWS) {
      ROWS.add(new Row(quantity, where, aim, measured, met ? "yes" : "NO"));
    }
  }

  private static void print() throws IOException {
    StringBuilder out = new StringBuilder();
    synchronized (ROWS) {
      ROWS.sort(Comparator.comparing(Row::quantity).thenComparing(Row::where));
      String format =
          "%%-%ds  %%-%ds  %%-%ds  %%-%ds  %%s%%n"
              .formatted(
                  width("quantity", Row::quantity),
                  width("where", Row::where),
                  width("must reach", Row::required),
                  width("measured", Row::measured));
      out.append(format.formatted("quantity", "where", "must reach", "measured", "met"));
      for (Row row : ROWS) {
        out.append(format.formatted(row.quantity, row.where, row.required, row.measured, row.met));
      }
    }
    Files.createDirectories(FILE.getParent());
    Files.writeString(FILE, out);
    System.out.print(out);
  }

  private static int width(String title, Function<Row, String> column) {
    return ROWS.stream().mapToInt(r -> column.apply(r).length()).reduce(title.length(), Math::max);
  }
}
