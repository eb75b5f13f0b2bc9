package io.github.dl4jep.architecture;

import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
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
            Set.of("activation", "compact", "file", "array", "normal"),
            Set.of("message"),
            Set.of("learned"),
            Set.of("weight"),
            Set.of("unit", "linear", "window", "map", "normalization", "recurrent", "solve"),
            Set.of("likelihood"),
            Set.of("density"),
            Set.of("loss"),
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

    /** The same inside the command, by whole packages. */
    private static final List<Set<String>> COMMAND_TIERS = List.of(
            Set.of("cli.failure"),
            Set.of("cli.data.format"),
            Set.of("cli.data.split"),
            Set.of("cli.data.table", "cli.definition"),
            Set.of("cli.data.source", "cli.trainer.straightthrough"),
            Set.of("cli.trainer"),
            Set.of("cli.metric", "cli.model"),
            Set.of("cli.compare", "cli.predict", "cli.train"),
            Set.of("cli.plot"),
            Set.of("cli.report"),
            Set.of("cli.inspect"),
            Set.of("cli"));

    /** DL4J makes a runtime of its configuration and gives the runtime that configuration: these know each other. */
    private static final Set<String> LAYER_TYPES = Set.of("conf", "params", "runtime", "type", "vertex");

    @ArchTest
    static void everyPackageHasATier(JavaClasses classes) {
        assertThat(flat(TIERS))
                .as("packages below %s; a class outside it, or in a package of another name, has no tier", ROOT)
                .containsAll(classes.stream().map(ArchitectureTest::topPackage).collect(Collectors.toSet()));
        assertThat(flat(COMMAND_TIERS))
                .as("packages of the command; a package of another name has no tier")
                .containsExactlyInAnyOrderElementsOf(classes.stream()
                        .map(ArchitectureTest::relativePackage)
                        .filter(name -> name.equals("cli") || name.startsWith("cli."))
                        .collect(Collectors.toSet()));
    }

    @ArchTest
    static void lowerTiersDoNotKnowHigherOnes(JavaClasses classes) {
        checkTiers(TIERS, "..", classes);
        checkTiers(COMMAND_TIERS, "", classes);
    }

    private static void checkTiers(List<Set<String>> tiers, String suffix, JavaClasses classes) {
        for (int tier = 0; tier < tiers.size() - 1; tier++) {
            noClasses()
                    .that()
                    .resideInAnyPackage(patterns(tiers.get(tier), suffix))
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(patterns(flat(tiers.subList(tier + 1, tiers.size())), suffix))
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
                    pattern("learned"),
                    pattern("weight"),
                    pattern("unit"),
                    pattern("linear"),
                    pattern("window"),
                    pattern("map"),
                    pattern("normalization"),
                    pattern("recurrent"),
                    pattern("solve"),
                    pattern("likelihood"),
                    pattern("density"),
                    pattern("loss"))
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.deeplearning4j..");

    /** Where arrays lie is known in one place, for backends whose arrays are not on the host. */
    @ArchTest
    static final ArchRule memoryIsTakenInOnePlace = noClasses()
            .that()
            .doNotHaveFullyQualifiedName(ROOT + ".array.HostMemory")
            .should()
            .callMethodWhere(target(nameMatching("asNio.*")));

    /** The reader of compact files runs on a device that has Java and nothing else. */
    @ArchTest
    static final ArchRule compactReaderKnowsOnlyJava = classes()
            .that()
            .resideInAnyPackage(pattern("compact"), pattern("file"))
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("java..", pattern("compact"), pattern("file"), "org.jspecify.annotations..");

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
                    String name = relativePackage(type);
                    return SliceIdentifier.of(LAYER_TYPES.contains(topPackage(type)) ? "DL4J's layer types" : name);
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
        String relative = relativePackage(type);
        boolean outside = relative.equals(type.getPackageName());
        return outside || relative.indexOf('.') < 0 ? relative : relative.substring(0, relative.indexOf('.'));
    }

    /** The package name below the root package, or the whole package name of a class outside it. */
    private static String relativePackage(JavaClass type) {
        String name = type.getPackageName();
        return name.startsWith(ROOT + ".") ? name.substring(ROOT.length() + 1) : name;
    }

    private static Set<String> flat(List<Set<String>> tiers) {
        return tiers.stream().flatMap(Set::stream).collect(Collectors.toSet());
    }

    private static String[] patterns(Set<String> packages, String suffix) {
        return packages.stream().map(name -> ROOT + "." + name + suffix).toArray(String[]::new);
    }

    private static String pattern(String name) {
        return ROOT + "." + name + "..";
    }
}
