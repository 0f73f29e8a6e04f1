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
 * Within the estimators: numeric ← step ← noise ← curvature ← fluctuation ← the run's own class.
 */
@AnalyzeClasses(
    packages = "io.thermograd.estimate",
    importOptions = ImportOption.DoNotIncludeTests.class)
class EstimateLayersTest {
  @ArchTest static final ArchRule NUMERIC = mayKnow("numeric");

  @ArchTest static final ArchRule STEP = mayKnow("step", "numeric");

  @ArchTest static final ArchRule NOISE = mayKnow("noise", "step", "numeric");

  @ArchTest static final ArchRule CURVATURE = mayKnow("curvature", "noise", "step", "numeric");

  @ArchTest
  static final ArchRule FLUCTUATION =
      mayKnow("fluctuation", "curvature", "noise", "step", "numeric").allowEmptyShould(true);

  private static ArchRule mayKnow(String part, String... others) {
    String[] allowed = Arrays.copyOf(others, others.length + 1);
    allowed[others.length] = part;
    for (int i = 0; i < allowed.length; i++) {
      allowed[i] = "io.thermograd.estimate." + allowed[i] + "..";
    }
    return noClasses()
        .that()
        .resideInAPackage("io.thermograd.estimate." + part + "..")
        .should()
        .dependOnClassesThat(
            resideInAPackage("io.thermograd.estimate..").and(not(resideInAnyPackage(allowed))));
  }
}
