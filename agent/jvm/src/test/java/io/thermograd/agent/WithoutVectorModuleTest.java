package io.thermograd.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** A JVM that was not started with the incubating module must still sketch, to the same bits. */
class WithoutVectorModuleTest {

  public static void main(String[] args) {
    System.out.print(FoldKernel.best().getClass().getSimpleName() + " " + hash());
  }

  private static int hash() {
    float[] out = new float[512];
    Sketcher.of(5_000, 512, 11).sketch(SketcherTest.gaussian(5_000, 12), out);
    return Arrays.hashCode(out);
  }

  @Test
  void fallsBackToPlainLoops() throws Exception {
    Process jvm =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xshare:auto",
                "-cp",
                System.getProperty("java.class.path"),
                WithoutVectorModuleTest.class.getName())
            .redirectErrorStream(true)
            .start();
    String printed = new String(jvm.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(jvm.waitFor()).isZero();
    assertThat(printed).isEqualTo("ScalarFold " + hash());
  }
}
