package io.github.dl4jep.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The scripts that start the command, in a folder whose name has blanks, brackets and umlauts, with a jar that prints what it gets. */
class LauncherTest {
    private static final boolean WINDOWS =
            System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("windows");

    @TempDir
    private Path temporary;

    private Path home = Path.of("");

    /** Prints its arguments, one a line; of an argument that starts with $ what the environment has for it. Ends with 7. */
    static final class Echo {
        private Echo() {}

        public static void main(String[] arguments) {
            PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
            out.println(System.getProperty("of.the.test"));
            for (String argument : arguments) {
                out.println(argument.startsWith("$") ? System.getenv(argument.substring(1)) : argument);
            }
            System.exit(7);
        }
    }

    @BeforeEach
    void install() throws IOException {
        String name = "My pr\u00f6grams (x86)";
        Charset names = Charset.forName(System.getProperty("sun.jnu.encoding"));
        assumeTrue(names.newEncoder().canEncode(name), "This locale has no umlauts: " + names);
        home = Files.createDirectory(temporary.resolve(name));
        Path jar = home.resolve("dl4j-ep-cli/target/dl4j-ep.jar");
        Files.createDirectories(jar.getParent());
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, Echo.class.getName());
        String entry = Echo.class.getName().replace('.', '/') + ".class";
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream zip = new JarOutputStream(file, manifest);
                InputStream type =
                        Objects.requireNonNull(Echo.class.getClassLoader().getResourceAsStream(entry))) {
            zip.putNextEntry(new JarEntry(entry));
            type.transferTo(zip);
        }
    }

    /** The script of this system, copied to the folder. */
    private Path script() throws IOException {
        Path script = home.resolve(WINDOWS ? "dl4j-ep.cmd" : "dl4j-ep");
        Files.copy(repository().resolve(script.getFileName()), script);
        if (!WINDOWS) {
            Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        return script;
    }

    private static Path repository() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.exists(folder.resolve("dl4j-ep.cmd"))) {
            folder = Objects.requireNonNull(folder.getParent(), "no folder with dl4j-ep.cmd above the tests");
        }
        return folder;
    }

    private record Ended(int code, List<String> lines) {}

    private Ended run(Path script, String... arguments) throws IOException, InterruptedException {
        return run(script, Map.of(), arguments);
    }

    private Ended run(Path script, Map<String, String> environment, String... arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        if (WINDOWS) {
            command.addAll(List.of("cmd.exe", "/c"));
        } else {
            assumeTrue(Files.exists(Path.of("/usr/bin/env")), "This system has no /usr/bin/env.");
        }
        command.add(script.toString());
        command.addAll(List.of(arguments));
        Path out = temporary.resolve("out");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(temporary.toFile())
                .redirectErrorStream(true)
                .redirectOutput(out.toFile());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("DL4J_EP_OPTS", "-Xmx64m -Dof.the.test=set");
        builder.environment().put("LC_ALL", "C.UTF-8");
        builder.environment().keySet().removeAll(Set.of("OMP_WAIT_POLICY", "OPENBLAS_CORETYPE"));
        builder.environment().putAll(environment);
        int code = builder.start().waitFor();
        return new Ended(code, Files.readAllLines(out));
    }

    @Test
    void argumentsOptionsAndExitCodeArePassedOn() throws IOException, InterruptedException {
        Ended ended = run(script(), "predict", "--data", "my r\u00f6ws.csv", "--model", "a (1).zip");

        assertThat(ended.lines())
                .containsExactly("set", "predict", "--data", "my r\u00f6ws.csv", "--model", "a (1).zip");
        assertThat(ended.code()).isEqualTo(7);
    }

    @Test
    void threadsDoNotSpinUnlessTheUserWantsIt() throws IOException, InterruptedException {
        Path script = script();

        assertThat(run(script, "$OMP_WAIT_POLICY").lines()).containsExactly("set", "PASSIVE");
        assertThat(run(script, Map.of("OMP_WAIT_POLICY", "ACTIVE"), "$OMP_WAIT_POLICY")
                        .lines())
                .containsExactly("set", "ACTIVE");
    }

    @Test
    void processorsWhoseKernelsAreWrongGetOthers() throws IOException, InterruptedException {
        Path processor = Path.of("/proc/cpuinfo");
        assumeTrue(Files.exists(processor), "Only Linux says so which instructions the processor has.");
        String flags = Files.readString(processor);
        boolean wrong = flags.contains("avx512f") || flags.contains("amx_tile");
        Path script = script();

        assertThat(run(script, "$OPENBLAS_CORETYPE").lines()).containsExactly("set", wrong ? "Haswell" : "null");
        assertThat(run(script, Map.of("OPENBLAS_CORETYPE", "Zen"), "$OPENBLAS_CORETYPE")
                        .lines())
                .containsExactly("set", "Zen");
    }

    @Test
    void aLinkToTheScriptIsFollowed() throws IOException, InterruptedException {
        assumeTrue(!WINDOWS, "Windows makes no links for ordinary users.");
        Path link = Files.createSymbolicLink(temporary.resolve("ep"), script());

        assertThat(run(link, "inspect").lines()).containsExactly("set", "inspect");
    }

    @Test
    void withoutAJarOneSentenceSaysHowToBuildIt() throws IOException, InterruptedException {
        Path script = script();
        Files.delete(home.resolve("dl4j-ep-cli/target/dl4j-ep.jar"));

        Ended ended = run(script, "inspect");

        assertThat(ended.code()).isEqualTo(2);
        assertThat(ended.lines()).hasSize(1);
        assertThat(ended.lines().get(0))
                .startsWith("dl4j-ep: ")
                .contains(home.toString(), "does not exist yet; build it")
                .contains("package -DskipTests");
    }

    @Test
    void theScriptOfWindowsHasItsLineEndsAndDoesWhatTheOtherDoes() throws IOException {
        String windows = Files.readString(repository().resolve("dl4j-ep.cmd"), StandardCharsets.US_ASCII);
        String other = Files.readString(repository().resolve("dl4j-ep"));

        assertThat(windows.replace("\r\n", "")).doesNotContain("\r", "\n");
        assertThat(other).doesNotContain("\r");
        assertThat(windows).contains("-Djava.awt.headless=true %DL4J_EP_OPTS% -jar \"%jar%\" %*");
        assertThat(other).contains("-Djava.awt.headless=true $DL4J_EP_OPTS -jar \"$jar\" \"$@\"");
        assertThat(windows.replace(File.separatorChar, '/').replace('\\', '/'))
                .contains("dl4j-ep-cli/target/dl4j-ep.jar");
        assertThat(windows).contains("OMP_WAIT_POLICY=PASSIVE");
    }
}
