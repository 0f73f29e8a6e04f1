package io.thermograd.app;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.Feature;
import org.apache.kafka.server.common.MetadataVersion;

/**
 * A real Kafka (one KRaft node, controller and broker) in this process, on 127.0.0.1 only.
 *
 * <p>Thread-safe: {@link #bootstrapServers} from anywhere, {@link #close} once or more often.
 */
public final class EmbeddedKafka implements AutoCloseable {
  private static final int ATTEMPTS = 5;

  /** Kafka leaves this file behind when it stops cleanly, and removes it when it starts. */
  private static final String CLEAN_SHUTDOWN = ".kafka_cleanshutdown";

  private final KafkaRaftServer server;
  private final DataFolder folder;
  private final int port;
  private boolean closed;

  private EmbeddedKafka(KafkaRaftServer server, DataFolder folder, int port) {
    this.server = server;
    this.folder = folder;
    this.port = port;
  }

  /**
   * Starts a broker on a folder of its own, or carries on with what an earlier one left there, also
   * after a kill. Returns when the broker accepts clients.
   *
   * @param dir made where it does not exist; locked until {@link #close}
   * @param port of the listener for clients; 0 picks a free one
   * @throws IOException in one line that names what is wrong and the remedy: the folder is in use
   *     or not writable, the port is taken, or the broker did not start
   */
  public static EmbeddedKafka start(Path dir, int port) throws IOException {
    return start(DataFolder.open(dir), port);
  }

  /** Like {@link #start} on a new folder in the temporary folder, deleted by {@link #close}. */
  public static EmbeddedKafka startTemporary(int port) throws IOException {
    return start(DataFolder.temporary(), port);
  }

  /** {@code host:port} for clients. */
  public String bootstrapServers() {
    return "127.0.0.1:" + port;
  }

  /** The listener's port, the chosen one where 0 was asked for. */
  public int port() {
    return port;
  }

  /** Where the broker keeps its data. */
  public Path dataFolder() {
    return folder.path();
  }

  /** Stops the broker cleanly, then gives the folder back (deletes it if it is temporary). */
  @Override
  public synchronized void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    try {
      server.shutdown();
      server.awaitShutdown();
    } finally {
      folder.close();
    }
  }

  private static EmbeddedKafka start(DataFolder folder, int port) throws IOException {
    try {
      Path logs = folder.path().resolve("kafka");
      Files.createDirectories(logs);
      Duration session = sessionTimeout(logs);
      format(logs);
      for (int attempt = 1; ; attempt++) {
        Ports ports = Ports.choose(port);
        KafkaRaftServer server =
            new KafkaRaftServer(
                new KafkaConfig(settings(logs, ports, session), false), Time.SYSTEM);
        try {
          server.startup();
          return new EmbeddedKafka(server, folder, ports.broker());
        } catch (RuntimeException e) {
          shutDownQuietly(server);
          // Somebody took a port between choosing it and binding it.
          if (!(isBindFailure(e) && attempt < ATTEMPTS)) {
            throw e;
          }
        }
      }
    } catch (IOException | RuntimeException e) {
      try {
        folder.close();
      } catch (IOException suppressed) {
        e.addSuppressed(suppressed);
      }
      if (e instanceof IOException io) {
        throw io;
      }
      throw new IOException(
          "the embedded Kafka did not start on " + folder.path() + ": " + rootMessage(e), e);
    } catch (Exception e) { // Formatter.run declares it
      folder.close();
      throw new IOException("data folder " + folder.path() + " cannot be formatted: " + e, e);
    }
  }

  private static void format(Path logs) throws Exception {
    if (Files.exists(logs.resolve("meta.properties"))) {
      return;
    }
    String dir = logs.toString();
    new Formatter()
        .setClusterId(Uuid.randomUuid().toString())
        .setNodeId(1)
        .addDirectory(dir)
        .setMetadataLogDirectory(dir)
        .setControllerListenerName("CONTROLLER")
        .setReleaseVersion(MetadataVersion.latestProduction())
        .setSupportedFeatures(Feature.PRODUCTION_FEATURES)
        .setHasDynamicQuorum(false)
        .setIgnoreFormatted(true)
        .setPrintStream(
            new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
        .run();
  }

  /**
   * After a kill the controller waits this long for the dead broker before it takes the new one; a
   * busy machine must not exceed it, or the living broker is taken for dead. So it is short only
   * where there is somebody dead to wait for.
   */
  private static Duration sessionTimeout(Path logs) {
    boolean killed =
        Files.exists(logs.resolve("meta.properties"))
            && !Files.exists(logs.resolve(CLEAN_SHUTDOWN));
    return killed ? Duration.ofSeconds(3) : Duration.ofSeconds(9);
  }

  private static Map<String, String> settings(Path logs, Ports ports, Duration session) {
    Map<String, String> m = new LinkedHashMap<>();
    m.put("process.roles", "broker,controller");
    m.put("node.id", "1");
    m.put(
        "listeners",
        "PLAINTEXT://127.0.0.1:"
            + ports.broker()
            + ",CONTROLLER://127.0.0.1:"
            + ports.controller());
    m.put("advertised.listeners", "PLAINTEXT://127.0.0.1:" + ports.broker());
    m.put("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
    m.put("inter.broker.listener.name", "PLAINTEXT");
    m.put("controller.listener.names", "CONTROLLER");
    m.put("controller.quorum.voters", "1@127.0.0.1:" + ports.controller());
    m.put("log.dirs", logs.toString());
    m.put("auto.create.topics.enable", "false");
    m.put("num.partitions", "1");
    m.put("log.message.timestamp.type", "CreateTime");
    for (String topic : new String[] {"transaction.state.log", "share.coordinator.state.topic"}) {
      m.put(topic + ".replication.factor", "1");
      m.put(topic + ".min.isr", "1");
      m.put(topic + ".num.partitions", "1");
    }
    m.put("offsets.topic.replication.factor", "1");
    m.put("offsets.topic.num.partitions", "1");
    m.put("group.initial.rebalance.delay.ms", "0");
    m.put("broker.session.timeout.ms", Long.toString(session.toMillis()));
    m.put("broker.heartbeat.interval.ms", "250");
    // One machine, a handful of clients: small pools, and not 128 MiB of heap for the log cleaner.
    m.put("log.cleaner.dedupe.buffer.size", "8388608");
    m.put("num.network.threads", "2");
    m.put("num.io.threads", "2");
    m.put("group.coordinator.threads", "1");
    m.put("share.coordinator.threads", "1");
    m.put("background.threads", "2");
    return m;
  }

  /** The two ports of a node; the quorum's setting names the controller's, so both come first. */
  private record Ports(int broker, int controller) {
    static Ports choose(int wanted) throws IOException {
      try (ServerSocket broker = bind(wanted);
          ServerSocket controller = bind(0)) {
        return new Ports(broker.getLocalPort(), controller.getLocalPort());
      }
    }

    private static ServerSocket bind(int port) throws IOException {
      ServerSocket s = new ServerSocket();
      try {
        s.setReuseAddress(true); // as Kafka binds: a closed predecessor's connections do not count
        s.bind(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), port));
        return s;
      } catch (BindException e) {
        s.close();
        throw new BindException(
            "port " + port + " for the embedded Kafka is taken; choose another with --kafka-port");
      }
    }
  }

  private static void shutDownQuietly(KafkaRaftServer server) {
    try {
      server.shutdown();
      server.awaitShutdown();
    } catch (RuntimeException e) {
      // what stopped the start is reported instead
      return;
    }
  }

  private static boolean isBindFailure(Throwable e) {
    for (Throwable t = e; t != null; t = t.getCause()) {
      if (t instanceof BindException) {
        return true;
      }
    }
    return false;
  }

  private static String rootMessage(Throwable e) {
    Throwable t = e;
    while (t.getCause() != null) {
      t = t.getCause();
    }
    return t.getMessage() == null ? t.toString() : t.getMessage().lines().findFirst().orElse("");
  }
}
