package io.thermograd.app;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The broker inside this process. */
final class BrokerOptions {
  static final int DEFAULT_PORT = 9092;
  private static final String FLAG = "--kafka-port";

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description =
          "Folder of the embedded broker, kept and used again (default: a temporary one, deleted at"
              + " the end).")
  private @Nullable Path data;

  @Option(
      names = FLAG,
      paramLabel = "PORT",
      description =
          "Port of the embedded broker (default: " + DEFAULT_PORT + "; 0 picks a free one).")
  private @Nullable Integer port;

  boolean given() {
    return data != null || port != null;
  }

  EmbeddedKafka start(int chosenPort) throws IOException {
    return data == null
        ? EmbeddedKafka.startTemporary(chosenPort)
        : EmbeddedKafka.start(data, chosenPort);
  }

  /** The wanted port, which must be free. */
  int requiredPort() {
    int wanted = port == null ? DEFAULT_PORT : port;
    PortOwner.requireFree("127.0.0.1", wanted, "the embedded Kafka", FLAG);
    return wanted;
  }

  /** The wanted port, which must be free; without a wish the usual one or any that is free. */
  int preferredPort() {
    if (port != null) {
      return requiredPort();
    }
    try (ServerSocket s = new ServerSocket()) {
      s.setReuseAddress(true);
      s.bind(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), DEFAULT_PORT));
      return DEFAULT_PORT;
    } catch (IOException e) {
      return 0;
    }
  }

  String describe(EmbeddedKafka kafka) {
    return kafka.bootstrapServers()
        + (data == null
            ? " (embedded; its data go when it stops)"
            : " (embedded; data in " + kafka.dataFolder() + ")");
  }
}
