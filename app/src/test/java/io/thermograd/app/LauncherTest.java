package io.thermograd.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The launcher script in a small tree of its own, with scripts in the place of Maven and Java. */
@Timeout(60)
class LauncherTest {
  private static final Path SCRIPT = Path.of("..", "thermograd");

  @TempDir Path temp;
  private Path tree;
  private Path javaHome;

  private record Result(int exitCode, String out, String err) {}

  @BeforeEach
  void makeTree() throws IOException {
    assumeTrue(Files.isExecutable(Path.of("/bin/bash")), "needs bash");
    tree = Files.createDirectories(temp.resolve("a tree with spaces"));
    Files.copy(SCRIPT, tree.resolve("thermograd"));
    Files.writeString(tree.resolve("pom.xml"), "<project/>");
    write(tree.resolve("part/src/main/java/A.java"), "class A {}");
    // Counts its calls and leaves what a build leaves.
    script(
        tree.resolve("mvnw"),
        """
        cd "$(dirname "$0")"
        echo build >>builds
        [[ ! -e fail ]] || { echo '[ERROR] part/A.java: it is broken'; exit 1; }
        sleep 0.3
        echo '[INFO] Building Thermograd :: app 0.1.0-SNAPSHOT   [1/1]'
        mkdir -p app/target && touch app/target/thermograd-app.jar
        """);
    javaHome = fakeJava("17.0.1");
  }

  @Test
  void buildsOnceAndPassesArgumentsOn() throws Exception {
    Result first = launch(tree, "replay", "a file", "--x");
    assertThat(first.exitCode()).as(first.err()).isZero();
    assertThat(first.out()).endsWith("thermograd-app.jar|replay|a file|--x|\n");
    assertThat(first.err()).contains("building").contains("[1/1] app");
    Result second = launch(temp, "replay");
    assertThat(second.err()).isEmpty();
    assertThat(builds()).isEqualTo(1);
  }

  @Test
  void buildsAgainOnlyWhenSourcesReallyChanged() throws Exception {
    launch(tree, "replay");
    Path source = tree.resolve("part/src/main/java/A.java");
    touch(source);
    launch(tree, "replay");
    assertThat(builds()).as("touched, same content").isEqualTo(1);
    write(tree.resolve("part/src/test/java/T.java"), "class T {}");
    write(tree.resolve("notes.md"), "x");
    launch(tree, "replay");
    assertThat(builds()).as("no source of the program").isEqualTo(1);
    write(source, "class A { int x; }");
    touch(source);
    launch(tree, "replay");
    assertThat(builds()).as("changed").isEqualTo(2);
    Files.delete(source);
    touch(tree.resolve("part/src/main/java"));
    launch(tree, "replay");
    assertThat(builds()).as("removed").isEqualTo(3);
  }

  @Test
  void worksThroughALinkFromAnywhere() throws Exception {
    Path link = temp.resolve("bin/thermograd");
    Files.createDirectories(link.getParent());
    Files.createSymbolicLink(link, Path.of("../a tree with spaces/thermograd"));
    Result result = run(temp, List.of(link.toString(), "doctor"));
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.out()).contains(tree.toRealPath() + "/app/target/thermograd-app.jar|doctor|");
  }

  @Test
  void twoFirstStartsBuildOnce() throws Exception {
    Process a = start(tree, List.of(tree.resolve("thermograd").toString(), "doctor"));
    Process b = start(tree, List.of(tree.resolve("thermograd").toString(), "doctor"));
    assertThat(finish(a).exitCode()).isZero();
    assertThat(finish(b).exitCode()).isZero();
    assertThat(builds()).isEqualTo(1);
  }

  @Test
  void aFailedBuildShowsWhyAndNamesTheLog() throws Exception {
    Files.createFile(tree.resolve("fail"));
    Result result = launch(tree, "doctor");
    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.err()).contains("part/A.java: it is broken").contains("build.log");
    assertThat(result.out()).isEmpty();
  }

  @Test
  void anOldJavaIsRefusedInOneLine() throws Exception {
    javaHome = fakeJava("11.0.2");
    Result result = launch(tree, "doctor");
    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.err().lines())
        .singleElement()
        .asString()
        .contains("Java 17 or newer is needed")
        .contains("11.0.2")
        .contains("JAVA_HOME");
    assertThat(builds()).isZero();
  }

  @Test
  void anInstalledTreeNeedsNoSourcesAndNeverBuilds() throws Exception {
    Path installed = Files.createDirectories(temp.resolve("installed"));
    Files.copy(SCRIPT, installed.resolve("thermograd"));
    Files.createFile(installed.resolve("thermograd-app.jar"));
    Result result = run(temp, List.of(installed.resolve("thermograd").toString(), "doctor"));
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.out()).contains("/installed/thermograd-app.jar|doctor|");
  }

  @Test
  void theJvmsRemarkOnTheVectorApiIsHiddenAndNothingElse() throws Exception {
    Result result = launch(tree, "replay");
    assertThat(result.out()).contains("--add-modules|jdk.incubator.vector|");
    Files.writeString(
        javaHome.resolve("bin/java"),
        """
        #!/bin/bash
        echo 'WARNING: Using incubator modules: jdk.incubator.vector' >&2
        echo 'a fatal error of the JVM' >&2
        echo 'a word of the program' >/dev/fd/3
        exit 7
        """);
    // A Process forgets what comes after its exit: the shell around it waits for the filter's end.
    String patient = "{ \"$0\" \"$@\" 2>&1 >&4 | cat >&2; exit ${PIPESTATUS[0]}; } 4>&1";
    String script = tree.resolve("thermograd").toString();
    Result noisy = run(tree, List.of("bash", "-c", patient, script, "replay"));
    assertThat(noisy.exitCode()).isEqualTo(7);
    assertThat(noisy.err().lines())
        .containsExactlyInAnyOrder("a fatal error of the JVM", "a word of the program");
  }

  private long builds() throws IOException {
    Path builds = tree.resolve("builds");
    return Files.exists(builds) ? Files.readAllLines(builds).size() : 0;
  }

  private Path fakeJava(String version) throws IOException {
    Path home = Files.createDirectories(temp.resolve("java-" + version));
    Files.writeString(
        home.resolve("release"),
        "JAVA_VERSION=\"" + version + "\"\nMODULES=\"java.base jdk.incubator.vector\"\n");
    script(home.resolve("bin/javac"), "");
    script(home.resolve("bin/java"), "printf '%s|' \"$@\"; echo");
    return home;
  }

  private Result launch(Path directory, String... args) throws Exception {
    List<String> command = new ArrayList<>(List.of(tree.resolve("thermograd").toString()));
    command.addAll(List.of(args));
    return run(directory, command);
  }

  private Result run(Path directory, List<String> command) throws Exception {
    return finish(start(directory, command));
  }

  private Process start(Path directory, List<String> command) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
    Map<String, String> environment = builder.environment();
    environment.put("JAVA_HOME", javaHome.toString());
    environment.remove("THERMOGRAD_JAVA_OPTS");
    return builder.start();
  }

  private static Result finish(Process process) throws Exception {
    process.getOutputStream().close();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Result(process.waitFor(), out, err);
  }

  private static void touch(Path path) throws IOException {
    // Clearly after the build, whatever the clock's resolution.
    Files.setLastModifiedTime(path, FileTime.from(Instant.now().plusSeconds(1)));
  }

  private static void write(Path path, String content) throws IOException {
    Files.createDirectories(path.getParent());
    Files.writeString(path, content);
  }

  private static Path script(Path path, String body) throws IOException {
    write(path, "#!/bin/bash\n" + body);
    return Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
  }
}
