package io.thermograd.app;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.CommonClientConfigs;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which cluster to talk to, and how. */
final class KafkaOptions {
  static final String DEFAULT_SERVERS = "127.0.0.1:9092";

  @Option(
      names = "--bootstrap-servers",
      paramLabel = "HOST:PORT,…",
      description =
          "The Kafka cluster's brokers (default: "
              + DEFAULT_SERVERS
              + "; up starts one of its own).")
  private @Nullable String bootstrapServers;

  @Option(
      names = "--kafka-config",
      paramLabel = "FILE",
      description =
          "Properties for every Kafka client: security.protocol, sasl.jaas.config, ssl.truststore.location, …")
  private @Nullable Path configFile;

  /** Whether a cluster was named, on the command line or in the file. */
  boolean given() {
    return bootstrapServers != null
        || configFile != null
            && file(configFile).containsKey(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG);
  }

  /** What every client of the named cluster is configured with; 127.0.0.1:9092 unless named. */
  Map<String, Object> client() {
    Map<String, Object> config = extra();
    if (bootstrapServers != null) {
      config.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
    }
    config.putIfAbsent(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, DEFAULT_SERVERS);
    return config;
  }

  /** The file's properties; empty without a file. */
  private Map<String, Object> extra() {
    Map<String, Object> config = new LinkedHashMap<>();
    if (configFile != null) {
      file(configFile).forEach((key, value) -> config.put(key.toString(), value));
    }
    return config;
  }

  private static Properties file(Path path) {
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(path)) {
      properties.load(reader);
      return properties;
    } catch (NoSuchFileException e) {
      throw new Failure("--kafka-config " + path + " does not exist; name a properties file", e);
    } catch (IOException | IllegalArgumentException e) {
      throw new Failure(
          "--kafka-config " + path + " cannot be read as properties: " + e.getMessage(), e);
    }
  }
}
