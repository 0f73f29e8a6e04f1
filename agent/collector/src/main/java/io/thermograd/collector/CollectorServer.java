package io.thermograd.collector;

import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.http.HttpResponseException;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Map;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes events over HTTP and puts them on the topic: {@code POST /v1/events}, {@code GET /health}.
 * A request holds a thread until Kafka has its events, 10 s at most.
 */
public final class CollectorServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(CollectorServer.class);

  /** Less than what clients wait for an answer. */
  private static final Duration KAFKA_WAIT = Duration.ofSeconds(10);

  private static final int MOST_THREADS = 64;
  private static final int LEAST_THREADS = 4;
  private static final int IDLE_THREAD_MILLIS = 60_000;

  private final String host;
  private final Javalin javalin;
  private final EventPublisher publisher;

  private CollectorServer(String host, Javalin javalin, EventPublisher publisher) {
    this.host = host;
    this.javalin = javalin;
    this.publisher = publisher;
  }

  /**
   * Starts listening; does not wait for a broker.
   *
   * @param kafkaConfig at least {@code bootstrap.servers}; TLS and SASL as Kafka's producer knows
   *     them
   * @throws IOException if the address cannot be bound
   * @throws org.apache.kafka.common.KafkaException if a setting is wrong
   */
  public static CollectorServer start(
      Map<String, ?> kafkaConfig, CollectorOptions options, CollectorListener listener)
      throws IOException {
    return start(KafkaPublisher.of(kafkaConfig, KAFKA_WAIT), options, listener);
  }

  static CollectorServer start(
      EventPublisher publisher, CollectorOptions options, CollectorListener listener)
      throws IOException {
    try {
      requireFree(options);
    } catch (IOException e) {
      publisher.close();
      throw e;
    }
    EventsRoute events = new EventsRoute(options, publisher, listener);
    Javalin javalin = Javalin.create(config -> configure(config, events, publisher));
    try {
      javalin.start(options.host(), options.port());
    } catch (RuntimeException e) {
      javalin.stop();
      publisher.close();
      throw asIoException(e, options);
    }
    return new CollectorServer(options.host(), javalin, publisher);
  }

  private static void configure(
      JavalinConfig config, EventsRoute events, EventPublisher publisher) {
    config.startup.showJavalinBanner = false;
    config.startup.showOldJavalinVersionWarning = false;
    config.startup.startupWatcherEnabled = false;
    config.http.prefer405over404 = true;
    QueuedThreadPool threads =
        new QueuedThreadPool(MOST_THREADS, LEAST_THREADS, IDLE_THREAD_MILLIS);
    threads.setName("collector-http");
    threads.setDaemon(true);
    config.jetty.threadPool = threads;
    config.jetty.modifyHttpConfiguration(http -> http.setSendServerVersion(false));
    config.routes.post("/v1/events", events::post);
    config.routes.get(
        "/health",
        ctx -> {
          String trouble = publisher.trouble();
          Answers.send(
              ctx,
              trouble == null ? 200 : 503,
              Answers.health(trouble == null ? "ok" : "failing", trouble == null ? "ok" : trouble));
        });
    config.routes.exception(
        HttpResponseException.class,
        (e, ctx) ->
            Answers.send(ctx, e.getStatus(), Answers.error(String.valueOf(e.getMessage()))));
    config.routes.exception(
        Exception.class,
        (e, ctx) -> {
          if (e instanceof InterruptedException) {
            Thread.currentThread().interrupt();
          }
          LOG.warn("{} {} failed", ctx.method(), ctx.path(), e);
          Answers.send(ctx, 500, Answers.error("internal error: see the log"));
        });
    config.routes.error(
        404,
        "*",
        ctx ->
            Answers.send(
                ctx,
                404,
                Answers.error("nothing is at '" + ctx.path() + "': POST /v1/events takes events")));
    config.routes.error(
        405,
        "*",
        ctx ->
            Answers.send(
                ctx,
                405,
                Answers.error("'" + ctx.path() + "' knows no " + ctx.method() + ": POST events")));
  }

  /** The port that is bound; never 0. */
  public int port() {
    return javalin.port();
  }

  /** What a trainer names as its sink. */
  public String url() {
    return "http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port();
  }

  /** Why the latest events could not be published; null while all is well. */
  public @Nullable String trouble() {
    return publisher.trouble();
  }

  /** Stops taking requests, then waits up to 2 s for what Kafka has not confirmed. */
  @Override
  public void close() {
    javalin.stop();
    publisher.close();
  }

  /** Asked first, because the HTTP server logs a failed start at length. */
  private static void requireFree(CollectorOptions options) throws IOException {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(options.host(), options.port()));
    } catch (IOException e) {
      throw asIoException(e, options);
    }
  }

  private static IOException asIoException(Exception e, CollectorOptions options) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof BindException) {
        return new IOException(
            "port "
                + options.port()
                + " on "
                + options.host()
                + " cannot be listened on ("
                + cause.getMessage()
                + "): give another with --collector-port",
            e);
      }
    }
    return new IOException(
        "cannot listen on " + options.host() + ":" + options.port() + ": " + e.getMessage(), e);
  }
}
