package io.thermograd.app;

import io.thermograd.collector.CollectorOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The HTTP collector. */
final class CollectorSettings {
  static final int DEFAULT_PORT = 9465;
  private static final String PORT_FLAG = "--collector-port";
  private static final String HOST_FLAG = "--collector-host";
  private static final String TOKEN_FLAG = "--collector-token-file";

  @Option(
      names = PORT_FLAG,
      paramLabel = "PORT",
      description =
          "Port that takes events over HTTP (default: " + DEFAULT_PORT + "; 0 picks a free one).")
  private @Nullable Integer port;

  @Option(
      names = HOST_FLAG,
      paramLabel = "ADDRESS",
      defaultValue = "127.0.0.1",
      description =
          "Interface that takes events (default: ${DEFAULT-VALUE}); others than this machine need a"
              + " token.")
  private String host = "127.0.0.1";

  @Option(
      names = TOKEN_FLAG,
      paramLabel = "FILE",
      description = "File with the token that requests for the collector must carry.")
  private @Nullable Path tokenFile;

  /** With the wanted port, which must be free. */
  CollectorOptions required() {
    CollectorOptions options = options(port == null ? DEFAULT_PORT : port);
    PortOwner.requireFree(host, options.port(), "the collector", PORT_FLAG);
    return options;
  }

  /** With the wanted port, which must be free; without a wish the usual one or any that is free. */
  CollectorOptions preferred() {
    if (port != null) {
      return required();
    }
    CollectorOptions options = options(DEFAULT_PORT);
    try (ServerSocket s = new ServerSocket()) {
      s.setReuseAddress(true);
      s.bind(new InetSocketAddress(InetAddress.getByName(host), DEFAULT_PORT));
      return options;
    } catch (IOException e) {
      return options(0);
    }
  }

  private CollectorOptions options(int chosenPort) {
    if (chosenPort < 0 || chosenPort > 65_535) {
      throw usage(PORT_FLAG + " should be between 0 and 65535: was " + chosenPort);
    }
    String token = tokenFile == null ? null : token(tokenFile);
    if (token == null && !CollectorOptions.isLoopback(host)) {
      throw usage(
          HOST_FLAG
              + " "
              + host
              + " lets others send events: name a file with a token by "
              + TOKEN_FLAG
              + " (make one with: openssl rand -hex 24)");
    }
    try {
      return CollectorOptions.of(host, chosenPort, token);
    } catch (IllegalArgumentException e) {
      throw usage(TOKEN_FLAG + " " + tokenFile + ": " + e.getMessage());
    }
  }

  private static String token(Path file) {
    try {
      return Files.readString(file).strip();
    } catch (NoSuchFileException e) {
      throw new Failure(
          TOKEN_FLAG + " " + file + " does not exist; make it with: openssl rand -hex 24", e);
    } catch (CharacterCodingException e) {
      throw new Failure(TOKEN_FLAG + " " + file + " is no text; make it anew", e);
    } catch (IOException e) {
      throw new Failure(TOKEN_FLAG + " " + file + " cannot be read: " + e.getMessage(), e);
    }
  }

  private static Failure usage(String message) {
    return new Failure(ExitCode.USAGE, message, null);
  }
}
