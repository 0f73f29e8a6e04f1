package io.thermograd.live;

import io.javalin.Javalin;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import io.javalin.http.HttpStatus;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Clock;
import org.eclipse.jetty.http.UriCompliance;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves the page, its API and its event streams from a {@link LiveStore}.
 *
 * <p>Everything is read-only and meant for the people at this machine: bound to loopback unless
 * told otherwise, same-origin only, addressed by its own name only.
 */
public final class LiveServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LiveServer.class);

  private static final String CONTENT_SECURITY_POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
          + " base-uri 'none'; form-action 'none'; frame-ancestors 'none';"
          + " require-trusted-types-for 'script'";

  private final String host;
  private final Javalin javalin;
  private final EventStreams streams;

  private LiveServer(String host, Javalin javalin, EventStreams streams) {
    this.host = host;
    this.javalin = javalin;
    this.streams = streams;
  }

  /**
   * Starts serving.
   *
   * @throws PortTakenException if another process has the port
   * @throws IOException if it cannot be bound for another reason
   */
  public static LiveServer start(LiveStore store, LiveServerOptions options) throws IOException {
    requireFree(options);
    Clock clock = Clock.systemUTC();
    EventStreams streams = new EventStreams(store, clock);
    HostCheck hosts = new HostCheck(options.host(), options.allowedHosts());
    PageFiles files = new PageFiles();
    Javalin javalin =
        Javalin.create(
            config -> {
              config.startup.showJavalinBanner = false;
              config.startup.showOldJavalinVersionWarning = false;
              config.startup.startupWatcherEnabled = false;
              config.http.asyncTimeout = 0;
              // A run id may hold any character, "/" too: it comes percent-encoded in the path.
              config.jetty.modifyHttpConfiguration(
                  http -> {
                    http.setSendServerVersion(false);
                    http.setUriCompliance(UriCompliance.UNSAFE);
                  });
              config.jetty.modifyServletContextHandler(
                  servlets -> servlets.getServletHandler().setDecodeAmbiguousURIs(true));
              config.routes.before(ctx -> guard(ctx, hosts));
              new ApiRoutes(store, streams, clock).addTo(config.routes);
              addStream(config.routes, streams);
              addPage(config.routes, files);
              addErrors(config.routes);
            });
    try {
      javalin.start(options.host(), options.port());
    } catch (RuntimeException e) {
      javalin.stop();
      throw asIoException(e, options);
    }
    return new LiveServer(options.host(), javalin, streams);
  }

  /** The port that is bound; never 0. */
  public int port() {
    return javalin.port();
  }

  /** The page's address. */
  public String url() {
    return "http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port() + "/";
  }

  @Override
  public void close() {
    streams.close();
    javalin.stop();
  }

  private static void guard(Context ctx, HostCheck hosts) {
    ctx.header("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        .header("X-Content-Type-Options", "nosniff")
        .header("X-Frame-Options", "DENY")
        .header("Referrer-Policy", "no-referrer")
        .header("Cross-Origin-Opener-Policy", "same-origin")
        .header("Cross-Origin-Resource-Policy", "same-origin")
        .header("Cache-Control", "no-store");
    if (!hosts.allows(ctx.header("Host"))) {
      throw new HttpResponseException(
          HttpStatus.MISDIRECTED_REQUEST.getCode(),
          "host '"
              + ctx.header("Host")
              + "' is not served here: use localhost, or allow the name when starting the page");
    }
  }

  private static void addStream(RoutesConfig routes, EventStreams streams) {
    routes.before(
        "/api/stream",
        ctx -> {
          if (streams.full()) {
            throw new HttpResponseException(
                HttpStatus.SERVICE_UNAVAILABLE.getCode(),
                EventStreams.MOST + " streams are open: close a page");
          }
        });
    routes.sse("/api/stream", client -> streams.serve(client, client.ctx().queryParam("run")));
  }

  private static void addPage(RoutesConfig routes, PageFiles files) {
    routes.get(
        "/*",
        ctx -> {
          if (!files.serve(ctx, ctx.path())) {
            throw new HttpResponseException(
                HttpStatus.NOT_FOUND.getCode(),
                "nothing is at '"
                    + ctx.path()
                    + "': GET / is the page, GET /api/runs lists the runs");
          }
        });
  }

  private static void addErrors(RoutesConfig routes) {
    routes.exception(
        HttpResponseException.class,
        (e, ctx) -> fail(ctx, e.getStatus(), String.valueOf(e.getMessage())));
    routes.exception(
        Exception.class,
        (e, ctx) -> {
          LOG.warn("GET {} failed", ctx.path(), e);
          fail(ctx, HttpStatus.INTERNAL_SERVER_ERROR.getCode(), "internal error: see the log");
        });
    // Whatever Javalin refuses by itself, such as a method nobody serves.
    routes.error(
        HttpStatus.METHOD_NOT_ALLOWED.getCode(),
        "*",
        ctx -> fail(ctx, HttpStatus.METHOD_NOT_ALLOWED.getCode(), "only GET is served"));
  }

  private static void fail(Context ctx, int status, String message) {
    ctx.status(status)
        .contentType("application/json; charset=utf-8")
        .result(JsonViews.error(message));
  }

  /** Asked first, because the HTTP server logs a failed start at length. */
  private static void requireFree(LiveServerOptions options) throws IOException {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(options.host(), options.port()));
    } catch (IOException e) {
      throw asIoException(e, options);
    }
  }

  private static IOException asIoException(Exception e, LiveServerOptions options) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      // "Cannot assign requested address" is one as well, and no port helps against that.
      if (cause instanceof BindException && String.valueOf(cause.getMessage()).contains("in use")) {
        String owner = options.portOwner().apply(options.port()).map(o -> " by " + o).orElse("");
        return new PortTakenException(
            options.port(),
            "port "
                + options.port()
                + " on "
                + options.host()
                + " is taken"
                + owner
                + ": stop that or give another port",
            e);
      }
    }
    return new IOException(
        "cannot serve on " + options.host() + ":" + options.port() + ": " + e.getMessage(), e);
  }
}
