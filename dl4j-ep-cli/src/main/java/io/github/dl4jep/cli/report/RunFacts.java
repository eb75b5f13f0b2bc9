package io.github.dl4jep.cli.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.stream.Collectors;
import org.nd4j.linalg.factory.Nd4j;

/**
 * How a comparison was made.
 *
 * @param command the command line
 * @param versions program, libraries and machine
 */
public record RunFacts(String command, List<String> versions) {
    private static final String DEEPLEARNING4J = "/META-INF/maven/org.deeplearning4j/deeplearning4j-nn/pom.properties";

    /**
     * Copies the list.
     *
     * @param command the command line
     * @param versions program, libraries and machine
     */
    public RunFacts {
        versions = List.copyOf(versions);
    }

    /**
     * Describes this run.
     *
     * @param program the program's name and version
     * @param arguments its command line
     * @return the facts
     */
    public static RunFacts of(String program, List<String> arguments) {
        List<String> versions = new ArrayList<>();
        versions.add(program);
        versions.add("Deeplearning4j " + deeplearning4jVersion() + ", ND4J backend "
                + Nd4j.getBackend().getClass().getSimpleName());
        versions.add("Java " + Runtime.version());
        versions.add(System.getProperty("os.name") + " " + System.getProperty("os.arch") + ", "
                + Runtime.getRuntime().availableProcessors() + " processors");
        String command = arguments.stream().map(RunFacts::quoted).collect(Collectors.joining(" ", "dl4j-ep ", ""));
        return new RunFacts(command, versions);
    }

    /** What Maven has written into Deeplearning4j's jar, whose manifest has no version. */
    private static String deeplearning4jVersion() {
        Properties properties = new Properties();
        try (InputStream stream = Nd4j.class.getResourceAsStream(DEEPLEARNING4J)) {
            if (stream != null) {
                properties.load(stream);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return properties.getProperty("version", "(unknown version)");
    }

    /** An argument as a shell takes it. */
    private static String quoted(String argument) {
        return argument.matches("[\\w@%+=:,./-]+") ? argument : "'" + argument.replace("'", "'\\''") + "'";
    }
}
