package io.thermograd.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Arrays;

/** The direction of the data path is the direction of knowledge. */
@AnalyzeClasses(packages = "io.thermograd", importOptions = ImportOption.DoNotIncludeTests.class)
class DependencyTableTest {
  private static final String THEORY = "io.thermograd.theory..";
  private static final String WIRE = "io.thermograd.wire..";
  private static final String AGENT = "io.thermograd.agent..";
  private static final String COLLECTOR = "io.thermograd.collector..";
  private static final String ESTIMATE = "io.thermograd.estimate..";
  private static final String DETECT = "io.thermograd.detect..";
  private static final String STREAM = "io.thermograd.stream..";
  private static final String METRICS = "io.thermograd.metrics..";
  private static final String SIMULATOR = "io.thermograd.simulator..";
  private static final String LIVE = "io.thermograd.live..";
  private static final String APP = "io.thermograd.app..";

  @ArchTest static final ArchRule THEORY_KNOWS_NOBODY = mayKnow(THEORY);

  @ArchTest static final ArchRule WIRE_KNOWS_NOBODY = mayKnow(WIRE);

  @ArchTest static final ArchRule AGENT_KNOWS_WIRE = mayKnow(AGENT, WIRE);

  @ArchTest static final ArchRule COLLECTOR_KNOWS_WIRE = mayKnow(COLLECTOR, WIRE);

  @ArchTest static final ArchRule ESTIMATE_IS_PURE = mayKnow(ESTIMATE, THEORY, WIRE);

  @ArchTest
  static final ArchRule DETECT_BUILDS_ON_ESTIMATE = mayKnow(DETECT, ESTIMATE, THEORY, WIRE);

  @ArchTest
  static final ArchRule STREAM_BUILDS_ON_DETECT =
      mayKnow(STREAM, DETECT, ESTIMATE, THEORY, WIRE, METRICS);

  @ArchTest static final ArchRule METRICS_KNOW_WIRE = mayKnow(METRICS, WIRE);

  @ArchTest static final ArchRule SIMULATOR_IS_A_TRAINER = mayKnow(SIMULATOR, THEORY, AGENT, WIRE);

  @ArchTest static final ArchRule LIVE_PAGE_KNOWS_WIRE = mayKnow(LIVE, WIRE);

  @ArchTest
  static final ArchRule NOBODY_KNOWS_THE_APP =
      noClasses()
          .that()
          .resideOutsideOfPackage(APP)
          .should()
          .dependOnClassesThat(resideInAPackage(APP));

  @ArchTest
  static final ArchRule KAFKA_IS_A_THIN_RIM =
      noClasses()
          .that()
          .resideInAnyPackage(THEORY, WIRE, ESTIMATE, DETECT, METRICS, SIMULATOR)
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.apache.kafka..");

  @ArchTest
  static final ArchRule ONLY_METRICS_KNOWS_MICROMETER =
      noClasses()
          .that()
          .resideOutsideOfPackage(METRICS)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.micrometer..", "io.prometheus..");

  @ArchTest
  static final ArchRule NO_CYCLES =
      slices().matching("io.thermograd.(*)..").should().beFreeOfCycles();

  private static ArchRule mayKnow(String part, String... others) {
    String[] allowed = Arrays.copyOf(others, others.length + 1);
    allowed[others.length] = part;
    return noClasses()
        .that()
        .resideInAPackage(part)
        .should()
        .dependOnClassesThat(
            resideInAPackage("io.thermograd..").and(not(resideInAnyPackage(allowed))))
        .allowEmptyShould(true);
  }
}
