package dev.kvstore;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.io.File;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.FileReader;
import java.io.FileWriter;
import java.io.RandomAccessFile;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.net.URISyntaxException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Who may know whom: API → engine → (compaction, recovery) → (log, index) → storage.
 *
 * <p>No rule is void for want of classes: {@link #everyInternalClassIsInAPackageOfTheDesign()}
 * leaves no internal class outside the six packages that the other rules name. So each of these may
 * be empty ({@code allowEmptyShould}), as long as nothing was put there, without hiding anything.
 */
class ArchitectureTest {

    private static final String INTERNAL = "dev.kvstore.internal..";

    private static final JavaClasses CLASSES =
            new ClassFileImporter()
                    .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                    .importPackages("dev.kvstore");

    @Test
    void everyInternalClassIsInAPackageOfTheDesign() {
        assertThat(CLASSES.contain(KeyValueStore.class)).isTrue();
        check(
                classes()
                        .that()
                        .resideInAPackage(INTERNAL)
                        .should()
                        .resideInAnyPackage(
                                packageOf("engine"),
                                packageOf("compaction"),
                                packageOf("recovery"),
                                packageOf("log"),
                                packageOf("index"),
                                packageOf("storage")));
    }

    @Test
    void internalPackagesFormNoCycle() {
        check(slices().matching("dev.kvstore.internal.(*)..").should().beFreeOfCycles());
    }

    /** The log and the index know storage only; what uses both ties them together. */
    @ParameterizedTest
    @CsvSource({
        "storage,    log|index|compaction|recovery|engine",
        "log,        index|compaction|recovery|engine",
        "index,      log|compaction|recovery|engine",
        "compaction, engine",
        "recovery,   engine",
    })
    void noInternalPackageKnowsOneAboveOrBesideIt(String lower, String others) {
        for (String other : others.split("\\|")) {
            check(
                    noClasses()
                            .that()
                            .resideInAPackage(packageOf(lower))
                            .should()
                            .dependOnClassesThat()
                            .resideInAPackage(packageOf(other)));
        }
    }

    /** The tests that cut the power stand in for storage: what went past it they would not see. */
    @Test
    void onlyStorageTouchesFiles() {
        check(
                noClasses()
                        .that()
                        .resideOutsideOfPackage(packageOf("storage"))
                        .should()
                        .dependOnClassesThat(
                                resideInAnyPackage("java.nio.channels..", "java.nio.file.attribute")
                                        .or(
                                                belongToAnyOf(
                                                        Files.class,
                                                        FileStore.class,
                                                        File.class,
                                                        FileDescriptor.class,
                                                        FileInputStream.class,
                                                        FileOutputStream.class,
                                                        FileReader.class,
                                                        FileWriter.class,
                                                        RandomAccessFile.class))));
    }

    @Test
    void onlyTheBuilderReachesTheInternals() {
        check(
                noClasses()
                        .that()
                        .resideOutsideOfPackage(INTERNAL)
                        .and()
                        .doNotBelongToAnyOf(KeyValueStoreBuilder.class)
                        .should()
                        .dependOnClassesThat(resideInAPackage(INTERNAL)));
    }

    @Test
    void internalsDoNotKnowTheBuilder() {
        check(
                noClasses()
                        .that()
                        .resideInAPackage(INTERNAL)
                        .should()
                        .dependOnClassesThat(belongToAnyOf(KeyValueStoreBuilder.class)));
    }

    @Test
    void nothingButTheJdkAndAnnotationsIsUsed() {
        check(
                classes()
                        .should()
                        .onlyDependOnClassesThat(
                                resideInAnyPackage(
                                        "java..", "dev.kvstore..", "org.jspecify.annotations")));
    }

    @Test
    void moduleExportsTheApiAloneAndRequiresNothingAtRunTime() throws URISyntaxException {
        Path classes =
                Path.of(
                        KeyValueStore.class
                                .getProtectionDomain()
                                .getCodeSource()
                                .getLocation()
                                .toURI());
        ModuleDescriptor module =
                ModuleFinder.of(classes).find("dev.kvstore").orElseThrow().descriptor();

        assertThat(module.exports())
                .extracting(ModuleDescriptor.Exports::source)
                .containsExactly("dev.kvstore");
        assertThat(module.requires())
                .filteredOn(
                        required ->
                                !required.modifiers()
                                        .contains(ModuleDescriptor.Requires.Modifier.STATIC))
                .extracting(ModuleDescriptor.Requires::name)
                .containsExactly("java.base");
    }

    private static void check(ArchRule rule) {
        // Sound because no internal class can be where no rule looks; see above.
        rule.allowEmptyShould(true).check(CLASSES);
    }

    private static String packageOf(String noun) {
        return "dev.kvstore.internal." + noun + "..";
    }
}
