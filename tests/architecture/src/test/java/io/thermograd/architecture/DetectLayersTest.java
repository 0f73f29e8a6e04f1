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
 * Within the detectors: series ← divergence, stationarity, basin ← inference ← forecast ← regime ←
 * the run's own class.
 */
@AnalyzeClasses(
    packages = "io.thermograd.detect",
    importOptions = ImportOption.DoNotIncludeTests.class)
class DetectLayersTest {
  @ArchTest static final ArchRule WORDS = mayKnow("words");

  @ArchTest static final ArchRule SERIES = mayKnow("series");

  @ArchTest static final ArchRule DIVERGENCE = mayKnow("divergence", "series", "words");

  @ArchTest static final ArchRule STATIONARITY = mayKnow("stationarity", "series");

  @ArchTest static final ArchRule BASIN = mayKnow("basin", "series", "words");

  @ArchTest static final ArchRule INFERENCE = mayKnow("inference", "stationarity", "series");

  @ArchTest
  static final ArchRule FORECAST =
      mayKnow("forecast", "basin", "stationarity", "inference", "series");

  @ArchTest
  static final ArchRule REGIME = mayKnow("regime", "divergence", "stationarity", "basin", "series");

  private static ArchRule mayKnow(String part, String... others) {
    String[] allowed = Arrays.copyOf(others, others.length + 1);
    allowed[others.length] = part;
    for (int i = 0; i < allowed.length; i++) {
      allowed[i] = "io.thermograd.detect." + allowed[i] + "..";
    }
    return noClasses()
        .that()
        .resideInAPackage("io.thermograd.detect." + part + "..")
        .should()
        .dependOnClassesThat(
            resideInAPackage("io.thermograd.detect..").and(not(resideInAnyPackage(allowed))))
        .allowEmptyShould(true);
  }
}
