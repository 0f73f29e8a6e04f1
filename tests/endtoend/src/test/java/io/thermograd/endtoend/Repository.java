package io.thermograd.endtoend;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** The files of this repository, found from this module's folder. */
final class Repository {
  private static final ObjectMapper JSON = new ObjectMapper();

  private Repository() {}

  static Path path(String relative) {
    return Path.of("").toAbsolutePath().resolve("../..").normalize().resolve(relative);
  }

  static JsonNode json(String relative) {
    try {
      return JSON.readTree(path(relative).toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** With anchors and aliases resolved, which Jackson's own YAML reader leaves alone. */
  static JsonNode yaml(String relative) {
    try (Reader file = Files.newBufferedReader(path(relative))) {
      Object tree = new Yaml(new SafeConstructor(new LoaderOptions())).load(file);
      return JSON.valueToTree(tree);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Files of a folder with that ending, by name, relative to the repository. */
  static List<String> files(String folder, String ending) {
    try (Stream<Path> files = Files.list(path(folder))) {
      return files
          .map(f -> folder + "/" + f.getFileName())
          .filter(f -> f.endsWith(ending))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
