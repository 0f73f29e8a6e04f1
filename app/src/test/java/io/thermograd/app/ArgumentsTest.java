package io.thermograd.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class ArgumentsTest {

  /** Each wrong command line, its exit code, and what its one line must say. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "dmeo                                  | 2 | did you mean demo",
        "demo --prot 1                         | 2 | did you mean --port",
        "demo extra                            | 2 | one argument too many: extra",
        "demo --port x                         | 2 | --port",
        "demo --port 70000                     | 2 | between 0 and 65535: was 70000",
        "demo --port -1                        | 2 | between 0 and 65535: was -1",
        "demo --metrics-port 70000 --port 0    | 2 | --metrics-port",
        "demo --kafka-port 99999 --port 0 --metrics-port 0 | 2 | --kafka-port",
        "demo --pace -1                        | 2 | --pace should be 0 or more: was -1.0",
        "demo --steps 0                        | 2 | --steps should be at least 1: was 0",
        "demo --run-ttl 5                      | 2 | for example 10m: was 5",
        "demo --run-ttl 0s                     | 2 | longer than nothing",
        "demo --port 0 --metrics-port 0 --noise-half-life 0 | 2 | --noise-half-life",
        "demo --port 0 --metrics-port 0 --insight-every-steps -3 | 2 | was -3",
        "up --insights x                       | 2 | there is no option --insights",
        "up --bootstrap-servers a:1 --data d   | 2 | leave either out",
        "up --bootstrap-servers a:1 --kafka-port 1 | 2 | leave either out",
        "up --port 0 --metrics-port 0 --partitions 0 | 2 | --partitions",
        "analyze --metrics-port 0 --partitions 0 | 2 | --partitions",
        "up --kafka-config missing.properties  | 1 | does not exist",
        "simulate                              | 2 | --list",
        "simulate doubel-well                  | 2 | did you mean double-well?",
        "simulate xyzxyz                       | 2 | --list shows them",
        "simulate double-well himmelblau       | 2 | one argument too many: himmelblau",
        "simulate double-well --seed x         | 2 | --seed",
        "simulate double-well --steps 0        | 2 | --steps should be at least 1: was 0",
        "simulate double-well --run-id a/b     | 2 | --run-id: run_id should hold no '/'",
        "simulate double-well --pace -1        | 2 | --pace should be 0 or more: was -1.0",
        "simulate double-well --pace 9 --record x.tgr | 2 | leave it out",
        "simulate double-well --record x.tgr --bootstrap-servers a:1 | 2 | leave either out",
        "simulate double-well --record x --truth x | 2 | should be two files",
        "simulate double-well --record .       | 1 | is a folder",
        "simulate double-well --record no/such/x.tgr | 1 | there is no folder",
        "simulate double-well --bootstrap-servers 127.0.0.1:1 | 1 | no Kafka broker answers at 127.0.0.1:1",
        "simulate double-well --bootstrap-servers nohost | 1 | no Kafka client can be made for nohost",
        "replay                                | 2 | FILE",
        "replay missing.tgr                    | 1 | does not exist",
        "replay .                              | 1 | is a folder",
        "replay a b                            | 2 | one argument too many: b",
        "record                                | 2 | RUN",
        "record r                              | 2 | --out",
        "record r --out .                      | 1 | is a folder",
        "record r --out no/such/folder/x.tgr   | 1 | there is no folder",
        "record r --out x.tgr --bootstrap-servers 127.0.0.1:1 | 1 | no Kafka broker answers at 127.0.0.1:1",
        "analyze --port 1                      | 2 | --port",
        "analyze --metrics-port 0 --bootstrap-servers nonsense | 1 | bootstrap",
        "collect --collector-port x            | 2 | --collector-port",
        "collect --collector-port 70000        | 2 | --collector-port should be between 0 and 65535: was 70000",
        "collect --collector-host 0.0.0.0      | 2 | name a file with a token by --collector-token-file",
        "up --port 0 --metrics-port 0 --collector-host 0.0.0.0 | 2 | --collector-token-file",
        "collect --collector-token-file missing | 1 | does not exist",
        "collect --collector-token-file .      | 1 | cannot be read",
        "collect --collector-port 0 --metrics-port 0 --bootstrap-servers 127.0.0.1:1 | 1 | no Kafka broker answers at 127.0.0.1:1",
        "page --metrics-port 1                 | 2 | --metrics-port",
        "page --host no.such.host.invalid      | 2 | --host",
        "experiment                            | 2 | name an experiment, several, or all",
        "experiment al                         | 2 | did you mean all?",
        "experiment no-such-thing              | 2 | --list",
        "experiment all --threads 0            | 2 | --threads should be at least 1: was 0",
        "experiment all --seed x               | 2 | --seed",
        "experiment all --html .               | 1 | is a folder",
        "experiment all --json no/such/x.json  | 1 | there is no folder",
        "doctor --port 1                       | 2 | --port"
      })
  void aWrongCommandLineEndsInOneLineWithARemedy(String line, int exitCode, String says) {
    Cli cli = Cli.run(line.split(" "));
    assertThat(cli.exitCode()).as(cli.err()).isEqualTo(exitCode);
    assertThat(cli.errLines()).singleElement().asString().startsWith("thermograd: ").contains(says);
    assertThat(cli.out()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "demo",
        "up",
        "simulate",
        "replay",
        "record",
        "analyze",
        "page",
        "collect",
        "experiment",
        "doctor"
      })
  void everyCommandExplainsItselfAndItsExitCodes(String command) {
    Cli cli = Cli.run(command, "--help");
    assertThat(cli.exitCode()).isZero();
    assertThat(cli.out()).contains("Usage: thermograd " + command).contains("Exit codes: 0");
    assertThat(cli.out().lines()).allMatch(line -> line.length() <= 100);
  }

  @Test
  void nothingShowsTheHelpAsAMistake() {
    Cli cli = Cli.run();
    assertThat(cli.exitCode()).isEqualTo(2);
    assertThat(cli.err()).contains("demo");
  }

  @Test
  void theVersionIsNamed() {
    assertThat(Cli.run("--version").out()).startsWith("thermograd ").doesNotContain("${");
  }

  @Test
  void aTakenPortIsNamedWithItsOwnerAndTheOption() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      int port = taken.getLocalPort();
      Cli cli = Cli.run("page", "--port", Integer.toString(port));
      assertThat(cli.exitCode()).isEqualTo(1);
      assertThat(cli.errLines())
          .singleElement()
          .asString()
          .contains("port " + port + " for the live page is taken by")
          .contains("--port");
      if (Files.isDirectory(Path.of("/proc/self/fd"))) {
        assertThat(cli.err()).contains("process " + ProcessHandle.current().pid() + " (");
      }
    }
  }

  @Test
  void aStackTraceIsForVerboseOnly(@TempDir Path dir) {
    String missing = dir.resolve("missing.tgr").toString();
    assertThat(Cli.run("replay", missing).err()).doesNotContain("\tat ");
    assertThat(Cli.run("replay", missing, "--verbose").err()).contains("\tat ");
  }

  @Test
  void theDoctorWorksWithoutABroker() {
    Cli cli = Cli.run("doctor");
    List<String> lines = cli.out().lines().toList();
    assertThat(lines).allMatch(line -> line.matches("(OK  |WARN|FAIL)  .*"));
    assertThat(lines).anyMatch(line -> line.startsWith("OK    java"));
    assertThat(Cli.run("doctor", "--bootstrap-servers", "127.0.0.1:1").exitCode()).isEqualTo(1);
  }
}
