package dev.resnet;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.lang.conditions.ArchConditions;
import com.tngtech.archunit.library.GeneralCodingRules;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.ConfigurationProperties;

/** The dependencies between packages, and project rules that a compiler can't check. */
class ArchitectureTests {
  /** Imported once: most of the time goes into the classes of libraries that both kinds use. */
  private static final JavaClasses ALL = new ClassFileImporter().importPackages("dev.resnet");

  private static final JavaClasses MAIN = ALL.that(not(isTest()));
  private static final JavaClasses TESTS = ALL.that(isTest());

  private static final String[] NUMERICAL_CORE = {
    "dev.resnet.network..", "dev.resnet.engine..", "dev.resnet.training.."
  };

  @Test
  void theNumericalCoreDoesNotUseSpring() {
    noClasses()
        .that()
        .resideInAnyPackage(NUMERICAL_CORE)
        .should()
        .dependOnClassesThat(
            resideInAPackage("org.springframework..")
                // An annotation on package-info names the module's border and nothing else.
                .and(not(resideInAPackage("org.springframework.modulith.."))))
        .check(MAIN);
  }

  @Test
  void theNumericalCoreUsesNeitherDatabaseNorHttp() {
    noClasses()
        .that()
        .resideInAnyPackage(NUMERICAL_CORE)
        .should()
        .dependOnClassesThat(
            resideInAnyPackage(
                "java.sql..",
                "javax.sql..",
                "java.net.http..",
                "com.sun.net.httpserver..",
                "jakarta..",
                "dev.resnet.api..",
                "dev.resnet.jobs..",
                "dev.resnet.serving.."))
        .check(MAIN);
  }

  @Test
  void jobsDoNotUseServing() {
    noClasses()
        .that()
        .resideInAPackage("dev.resnet.jobs..")
        .should()
        .dependOnClassesThat(resideInAPackage("dev.resnet.serving.."))
        .check(MAIN);
  }

  @Test
  void nothingUsesOperations() {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.resnet.ops..")
        .should()
        .dependOnClassesThat(resideInAPackage("dev.resnet.ops.."))
        .check(MAIN);
  }

  @Test
  void nothingUsesSecurityAndItUsesNoFeature() {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.resnet.security..")
        .should()
        .dependOnClassesThat(resideInAPackage("dev.resnet.security.."))
        .check(MAIN);
    noClasses()
        .that()
        .resideInAPackage("dev.resnet.security..")
        .should()
        .dependOnClassesThat(
            resideInAPackage("dev.resnet..")
                .and(not(resideInAnyPackage("dev.resnet.security..", "dev.resnet.api.."))))
        .check(MAIN);
  }

  @Test
  void theDemoUsesOnlyHttp() {
    noClasses()
        .that()
        .resideInAPackage("dev.resnet.demo..")
        .should()
        .dependOnClassesThat(
            resideInAPackage("dev.resnet..").and(not(resideInAPackage("dev.resnet.demo.."))))
        .check(MAIN);
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.resnet.demo..")
        .should()
        .dependOnClassesThat(resideInAPackage("dev.resnet.demo.."))
        .check(MAIN);
  }

  @Test
  void featuresKnowNoHttp() {
    noClasses()
        .that()
        .resideInAnyPackage(
            "dev.resnet.jobs",
            "dev.resnet.models",
            "dev.resnet.serving",
            "dev.resnet.evaluation",
            "dev.resnet.oip",
            "dev.resnet.sweeps",
            "dev.resnet.pictures..",
            "dev.resnet.memory..")
        .should()
        .dependOnClassesThat(
            resideInAnyPackage(
                "dev.resnet.api..",
                "org.springframework.http..",
                "org.springframework.web..",
                "jakarta.servlet.."))
        .check(MAIN);
  }

  @Test
  void domainCodeDoesNotUseItsWebLayer() {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.resnet..web..")
        .should()
        .dependOnClassesThat(resideInAPackage("dev.resnet..web.."))
        .check(MAIN);
  }

  @Test
  void onlyTheQueuesUseTheScheduler() {
    classes()
        .that(dependOn("com.github.kagkarlsson.."))
        .should(
            ArchConditions.be(
                DescribedPredicate.describe(
                    "a queue or its configuration",
                    (JavaClass type) ->
                        List.of(
                                "dev.resnet.jobs.TrainingTask",
                                "dev.resnet.jobs.JobsConfiguration",
                                "dev.resnet.data.upload.ConversionTask")
                            .contains(outermost(type).getName()))))
        .check(MAIN);
  }

  @Test
  void onlyTheOneDnnEngineUsesOneDnn() {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.resnet.engine.onednn..")
        .should()
        .dependOnClassesThat(resideInAPackage("org.bytedeco.dnnl.."))
        .check(MAIN);
  }

  @Test
  void onlyTheGpuEngineUsesJna() {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.resnet.engine.cuda..")
        .should()
        .dependOnClassesThat(resideInAPackage("com.sun.jna.."))
        .check(MAIN);
  }

  /** The check of names of settings reads only classes that are called so. */
  @Test
  void classesOfSettingsAreCalledSo() {
    classes()
        .that()
        .areAnnotatedWith(ConfigurationProperties.class)
        .should()
        .haveNameMatching(".*(Properties|Settings|Limits)")
        .check(MAIN);
  }

  @Test
  void nothingPrintsToTheStandardStreams() {
    GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS.check(MAIN);
  }

  @Test
  void nothingIsInjectedIntoFields() {
    GeneralCodingRules.NO_CLASSES_SHOULD_USE_FIELD_INJECTION.check(MAIN);
  }

  @Test
  void everyPackageStatesItsPurposeAndIsNullMarked() {
    List<String> unannotated =
        MAIN.stream()
            .map(JavaClass::getPackageName)
            .distinct()
            .filter(
                name ->
                    MAIN.stream()
                        .filter(type -> type.getPackageName().equals(name))
                        .noneMatch(
                            type ->
                                type.getSimpleName().equals("package-info")
                                    && type.isAnnotatedWith(NullMarked.class)))
            .toList();
    assertThat(unannotated).as("packages without a @NullMarked package-info").isEmpty();
  }

  @Test
  void testsWaitForEventsAndAreNeverSkipped() {
    noClasses().should().callMethod(Thread.class, "sleep", long.class).check(TESTS);
    noClasses()
        .should()
        .dependOnClassesThat()
        .haveNameMatching("org\\.(junit\\.jupiter\\.api|assertj\\.core\\.api)\\.Assumptions")
        .check(TESTS);
    noClasses().should().beAnnotatedWith(Disabled.class).check(TESTS);
    noMethods().should().beAnnotatedWith(Disabled.class).check(TESTS);
  }

  private static DescribedPredicate<JavaClass> isTest() {
    return DescribedPredicate.describe(
        "are tests",
        type ->
            type.getSource()
                .map(source -> Location.of(source.getUri()))
                .filter(ImportOption.Predefined.ONLY_INCLUDE_TESTS::includes)
                .isPresent());
  }

  private static DescribedPredicate<JavaClass> dependOn(String packageIdentifier) {
    DescribedPredicate<JavaClass> target = resideInAPackage(packageIdentifier);
    return DescribedPredicate.describe(
        "depend on " + packageIdentifier,
        type ->
            type.getDirectDependenciesFromSelf().stream()
                .anyMatch(dependency -> target.test(dependency.getTargetClass())));
  }

  private static JavaClass outermost(JavaClass type) {
    return type.getEnclosingClass().map(ArchitectureTests::outermost).orElse(type);
  }
}
