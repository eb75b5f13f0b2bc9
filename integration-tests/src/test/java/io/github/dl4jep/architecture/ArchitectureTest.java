package io.github.dl4jep.architecture;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.NullMarked;

/** The package rules of docs/ARCHITECTURE.md: what may depend on what, and which libraries appear where. */
@AnalyzeClasses(locations = ModuleLocations.class)
class ArchitectureTest {

    private static final String ROOT = "io.github.dl4jep";

    /** Lowest first: nothing may depend on a later tier, packages of one tier may depend on each other. */
    private static final List<Set<String>> TIERS = List.of(
            Set.of("activation", "compact", "array", "normal"),
            Set.of("message"),
            Set.of("weight"),
            Set.of("unit", "linear", "window", "map", "normalization", "solve"),
            Set.of("likelihood"),
            Set.of("conf", "params", "runtime", "type", "vertex"),
            Set.of("engine"),
            Set.of("stock"),
            Set.of("spike"),
            Set.of("ensemble"),
            Set.of("prune"),
            Set.of("network"),
            Set.of("store"),
            Set.of("convert"),
            Set.of("samediff"),
            Set.of("zoo"),
            Set.of("cli"));

    @ArchTest
    static void everyPackageHasATier(JavaClasses classes) {
        Set<String> known = TIERS.stream().flatMap(Set::stream).collect(Collectors.toSet());
        Set<String> found = classes.stream().map(ArchitectureTest::topPackage).collect(Collectors.toSet());
        assertThat(known)
                .as("packages below %s; a class outside it, or in a package of another name, has no tier", ROOT)
                .containsAll(found);
    }

    @ArchTest
    static void lowerTiersDoNotKnowHigherOnes(JavaClasses classes) {
        for (int tier = 0; tier < TIERS.size() - 1; tier++) {
            String[] lower = patterns(TIERS.get(tier));
            String[] higher = TIERS.subList(tier + 1, TIERS.size()).stream()
                    .flatMap(Set::stream)
                    .map(ArchitectureTest::pattern)
                    .toArray(String[]::new);
            noClasses()
                    .that()
                    .resideInAnyPackage(lower)
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(higher)
                    .check(classes);
        }
    }

    @ArchTest
    static final ArchRule mathematicsDoesNotKnowDeeplearning4j = noClasses()
            .that()
            .resideInAnyPackage(
                    pattern("activation"),
                    pattern("array"),
                    pattern("normal"),
                    pattern("message"),
                    pattern("weight"),
                    pattern("unit"),
                    pattern("linear"),
                    pattern("window"),
                    pattern("map"),
                    pattern("normalization"),
                    pattern("solve"),
                    pattern("likelihood"))
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.deeplearning4j..");

    /** The reader of compact files runs on a device that has Java and nothing else. */
    @ArchTest
    static final ArchRule compactReaderKnowsOnlyJava = classes()
            .that()
            .resideInAPackage(pattern("compact"))
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("java..", pattern("compact"), "org.jspecify.annotations..");

    @ArchTest
    static final ArchRule terminalPlotsAndLogBackendBelongToTheCommand = noClasses()
            .that()
            .resideOutsideOfPackage(pattern("cli"))
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("picocli..", "org.knowm.xchart..", "ch.qos.logback..", "me.tongfei.progressbar..");

    @ArchTest
    static final ArchRule noPackageForLeftovers =
            noClasses().should().resideInAnyPackage("..util..", "..utils..", "..common..", "..helper..", "..helpers..");

    @ArchTest
    static final ArchRule packagesOfOthersStayTheirs = classes().should().resideInAPackage(ROOT + "..");

    @ArchTest
    static final ArchRule packagesAreNullMarked = classes()
            .that(resideInAnyPackage(ROOT + ".."))
            .should(new ArchCondition<>("be in a package that is @NullMarked") {
                @Override
                public void check(JavaClass type, ConditionEvents events) {
                    JavaPackage owner = type.getPackage();
                    events.add(new SimpleConditionEvent(
                            type,
                            owner.isAnnotatedWith(NullMarked.class),
                            type.getName() + ": " + owner.getName() + " needs a package-info.java with @NullMarked"));
                }
            });

    @ArchTest
    static final ArchRule noCycles = slices().assignedFrom(new SliceAssignment() {
                @Override
                public SliceIdentifier getIdentifierOf(JavaClass type) {
                    String name = topPackage(type);
                    boolean inLayerTier = Set.of("conf", "params", "runtime", "type", "vertex")
                            .contains(name);
                    return SliceIdentifier.of(inLayerTier ? "conf, params, runtime, type, vertex" : name);
                }

                @Override
                public String getDescription() {
                    return "the packages below " + ROOT + ", with those of DL4J's layer types as one";
                }
            })
            .should()
            .beFreeOfCycles();

    /** The first name below the root package, or the whole package name of a class outside it. */
    private static String topPackage(JavaClass type) {
        String name = type.getPackageName();
        if (!name.startsWith(ROOT + ".")) {
            return name;
        }
        String relative = name.substring(ROOT.length() + 1);
        int dot = relative.indexOf('.');
        return dot < 0 ? relative : relative.substring(0, dot);
    }

    private static String[] patterns(Set<String> packages) {
        return packages.stream().map(ArchitectureTest::pattern).toArray(String[]::new);
    }

    private static String pattern(String name) {
        return ROOT + "." + name + "..";
    }
}
