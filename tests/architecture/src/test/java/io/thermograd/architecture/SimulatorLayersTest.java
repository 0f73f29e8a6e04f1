package io.thermograd.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Arrays;

/**
 * Within the simulator: what a run is made of knows nothing of runs, and what replicas are made of
 * knows nothing of trainers. Only experiments see everything, and only reports see experiments.
 */
@AnalyzeClasses(
    packages = "io.thermograd.simulator",
    importOptions = ImportOption.DoNotIncludeTests.class)
class SimulatorLayersTest {
  @ArchTest static final ArchRule RANDOM = mayKnow("random");

  @ArchTest static final ArchRule LANDSCAPE = mayKnow("landscape", "random");

  @ArchTest static final ArchRule NOISE = mayKnow("noise", "landscape", "random");

  @ArchTest static final ArchRule DATA = mayKnow("data", "random");

  @ArchTest static final ArchRule MODEL = mayKnow("model", "data", "random");

  @ArchTest static final ArchRule OPTIMIZE = mayKnow("optimize", "random");

  @ArchTest
  static final ArchRule DYNAMICS = mayKnow("dynamics", "landscape", "noise", "optimize", "random");

  @ArchTest
  static final ArchRule TRAIN =
      mayKnow("train", "data", "model", "landscape", "noise", "optimize", "random");

  @ArchTest
  static final ArchRule SCENARIO =
      mayKnow("scenario", "train", "data", "model", "landscape", "noise", "optimize", "random");

  @ArchTest static final ArchRule REPORT = mayKnow("report", "experiment");

  /** Replicas in memory need no wire; only what reports itself does, and names its optimizer. */
  @ArchTest
  static final ArchRule ONLY_TRAINERS_REPORT =
      noClasses()
          .that()
          .resideInAnyPackage(of("random", "landscape", "noise", "data", "model", "dynamics"))
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.thermograd.wire..", "io.thermograd.agent..");

  private static ArchRule mayKnow(String part, String... others) {
    String[] allowed = Arrays.copyOf(others, others.length + 1);
    allowed[others.length] = part;
    return noClasses()
        .that()
        .resideInAPackage("io.thermograd.simulator." + part + "..")
        .should()
        .dependOnClassesThat(
            resideInAPackage("io.thermograd.simulator..")
                .and(not(resideInAnyPackage(of(allowed)))));
  }

  private static String[] of(String... parts) {
    return Arrays.stream(parts)
        .map(part -> "io.thermograd.simulator." + part + "..")
        .toArray(String[]::new);
  }
}
