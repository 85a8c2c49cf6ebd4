package dev.kvstore.spring.boot;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noConstructors;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.properties.CanBeAnnotated;
import com.tngtech.archunit.core.domain.properties.HasName;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.context.annotation.ImportCandidates;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.io.support.SpringFactoriesLoader;
import org.springframework.core.io.support.SpringFactoriesLoader.ArgumentResolver;
import org.springframework.core.io.support.SpringFactoriesLoader.FailureHandler;

/** The rules that Spring Boot's own auto-configurations follow. */
class ArchitectureTest {

    private static final JavaClasses CLASSES =
            new ClassFileImporter()
                    .withImportOption(new ImportOption.DoNotIncludeTests())
                    .importPackages("dev.kvstore.spring.boot");

    private static final String CACHE_METRICS_CONFIGURATION =
            "dev.kvstore.spring.boot.autoconfigure.cache.KeyValueCacheAutoConfiguration"
                    + "$MetricsConfiguration";

    private static final ArgumentResolver ENVIRONMENT =
            ArgumentResolver.of(Environment.class, new StandardEnvironment());

    /** For analyzers of Spring Boot that cannot be made here. */
    private static final FailureHandler NEEDS_CONTEXT =
            FailureHandler.handleMessage((message, failure) -> {});

    @Test
    void autoConfigurationsArePublicFinalAndNamedSo() {
        classes()
                .that()
                .areAnnotatedWith(AutoConfiguration.class)
                .should()
                .bePublic()
                .andShould()
                .haveModifier(JavaModifier.FINAL)
                .andShould()
                .haveSimpleNameEndingWith("AutoConfiguration")
                .check(CLASSES);
    }

    @Test
    void autoConfigurationsHaveNothingElsePublic() {
        noConstructors()
                .that()
                .areDeclaredInClassesThat()
                .areAnnotatedWith(AutoConfiguration.class)
                .should()
                .bePublic()
                .check(CLASSES);
        noMethods()
                .that()
                .areDeclaredInClassesThat()
                .areAnnotatedWith(AutoConfiguration.class)
                .should()
                .bePublic()
                .check(CLASSES);
    }

    // The class that is to be absent would be in the signature, and the method could not be read.
    @Test
    void beanMethodsHaveNoConditionOnClass() {
        methods()
                .that()
                .areAnnotatedWith(Bean.class)
                .should()
                .notBeAnnotatedWith(ConditionalOnClass.class)
                .check(CLASSES);
    }

    @Test
    void importsFileNamesEveryAutoConfiguration() {
        List<String> imports =
                ImportCandidates.load(AutoConfiguration.class, getClass().getClassLoader())
                        .getCandidates()
                        .stream()
                        .filter(name -> name.startsWith("dev.kvstore."))
                        .toList();
        assertThat(imports)
                .isSorted()
                .containsExactlyInAnyOrderElementsOf(
                        CLASSES
                                .that(
                                        CanBeAnnotated.Predicates.annotatedWith(
                                                AutoConfiguration.class))
                                .stream()
                                .map(HasName::getName)
                                .toList());
    }

    @Test
    void factoriesFileNamesEveryFailureAnalyzer() {
        List<String> analyzers =
                SpringFactoriesLoader.forDefaultResourceLocation()
                        .load(FailureAnalyzer.class, ENVIRONMENT, NEEDS_CONTEXT)
                        .stream()
                        .map(analyzer -> analyzer.getClass().getName())
                        .filter(name -> name.startsWith("dev.kvstore."))
                        .toList();
        assertThat(analyzers)
                .containsExactlyInAnyOrderElementsOf(
                        CLASSES
                                .that(JavaClass.Predicates.assignableTo(FailureAnalyzer.class))
                                .stream()
                                .map(HasName::getName)
                                .toList());
    }

    @Test
    void everyPackageIsNullMarked() {
        assertThat(CLASSES)
                .extracting(JavaClass::getPackage)
                .allSatisfy(
                        javaPackage ->
                                assertThat(javaPackage.isAnnotatedWith(NullMarked.class))
                                        .as(javaPackage.getName())
                                        .isTrue());
    }

    @Test
    void packagesHaveNoCycles() {
        slices().matching("dev.kvstore.spring.boot.(**)").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void nothingReachesIntoTheEngine() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.kvstore.internal..")
                .check(CLASSES);
    }

    @Test
    void onlyThePartsForOptionalJarsUseThem() {
        noClasses()
                .that()
                .resideOutsideOfPackages("..health..", "..actuate..")
                .and()
                .doNotHaveSimpleName("KeyValueStoreEndpointAutoConfiguration")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "org.springframework.boot.actuate..", "org.springframework.boot.health..")
                .check(CLASSES);
        noClasses()
                .that()
                .resideOutsideOfPackage("..metrics..")
                .and()
                .haveSimpleNameNotContaining("CacheMe") // its Metrics and MeterBinderProvider
                .and()
                .doNotHaveFullyQualifiedName(CACHE_METRICS_CONFIGURATION)
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.micrometer..")
                .check(CLASSES);
    }

    @Test
    void onlyJsonAndCachesUseTheirOptionalJars() {
        noClasses()
                .that()
                .resideOutsideOfPackages("..json..", "..cache..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "tools.jackson..",
                        "org.springframework.cache..",
                        "org.springframework.boot.cache..")
                .check(CLASSES);
    }
}
