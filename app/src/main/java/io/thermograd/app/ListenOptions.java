package io.thermograd.app;

import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.UnknownHostException;
import picocli.CommandLine.Option;

/** Which interface the command's servers listen on. */
final class ListenOptions {
  @Option(
      names = "--host",
      paramLabel = "ADDRESS",
      defaultValue = "127.0.0.1",
      description = "Interface to listen on (default: ${DEFAULT-VALUE}, this machine only).")
  private String host = "127.0.0.1";

  String host() {
    return host;
  }

  /** Warns when others than this machine's users get in: nothing here asks for a password. */
  void warn(PrintWriter err) {
    try {
      if (!InetAddress.getByName(host).isLoopbackAddress()) {
        err.println(
            "thermograd: --host "
                + host
                + " lets everyone who reaches this machine read runs and metrics; there is no"
                + " password");
        err.flush();
      }
    } catch (UnknownHostException e) {
      throw new Failure(ExitCode.USAGE, "--host " + host + " is no address of this machine", e);
    }
  }
}
