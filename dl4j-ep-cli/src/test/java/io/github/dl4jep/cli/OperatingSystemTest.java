package io.github.dl4jep.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.dl4jep.cli.data.source.ImageFolderFixture;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command in a process of its own: streams, locales, pipes, links and folders as a shell gives them to it. */
class OperatingSystemTest {
    private static final String CLASSES = "gelb,gr\u00fcn,\u8d64";

    @TempDir
    private static Path folder;

    /** How a script ended, and what it said on stderr. */
    private record Ended(int code, String err) {}

    @BeforeAll
    static void train() throws IOException {
        assumeTrue(Files.isExecutable(Path.of("/bin/sh")), "This system has no shell.");
        StringBuilder rows = new StringBuilder("x,y,colour\n");
        Random random = new Random(3);
        for (int row = 0; row < 30; row++) {
            rows.append(random.nextGaussian() + row % 3)
                    .append(',')
                    .append(random.nextGaussian())
                    .append(',')
                    .append(CLASSES.split(",")[row % 3])
                    .append('\n');
        }
        Files.writeString(folder.resolve("rows.csv"), rows);
        String csv = "csv:" + folder.resolve("rows.csv");
        String model = folder.resolve("model.zip").toString();
        assertThat(new CommandRun()
                        .execute("train", "--data", csv, "--net", "mlp:3", "--passes", "1", "--model", model))
                .isZero();
        assertThat(new CommandRun()
                        .execute(
                                "predict",
                                "--model",
                                model,
                                "--data",
                                folder.resolve("rows.csv").toString(),
                                "--out",
                                folder.resolve("expected.csv").toString()))
                .isZero();
        assertThat(folder.resolve("expected.csv")).content().contains("gr\u00fcn", "\u8d64");
    }

    /** Runs a script in the folder; {@code ep} is the command, and {@code $before} comes before it. */
    private static Ended shell(String script, Map<String, String> environment)
            throws IOException, InterruptedException {
        String ep =
                "ep() { $before \"$JAVA\" -Xmx512m -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Djava.awt.headless=true $options "
                        + Main.class.getName() + " \"$@\"; }\n";
        Path err = folder.resolve("stderr");
        ProcessBuilder builder = new ProcessBuilder(List.of("/bin/sh", "-c", ep + script))
                .directory(folder.toFile())
                .redirectInput(new File("/dev/null"))
                .redirectOutput(folder.resolve("stdout").toFile())
                .redirectError(err.toFile());
        builder.environment()
                .put(
                        "JAVA",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString());
        builder.environment().put("CLASSPATH", classPath());
        builder.environment().put("OMP_NUM_THREADS", "1");
        builder.environment().putAll(environment);
        Process process = builder.start();
        if (!process.waitFor(120, TimeUnit.SECONDS)) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        return new Ended(process.waitFor(), Files.readString(err, StandardCharsets.UTF_8));
    }

    /** Maven's class path may be relative to the module. */
    private static String classPath() {
        return String.join(
                File.pathSeparator,
                List.of(System.getProperty("java.class.path").split(File.pathSeparator)).stream()
                        .map(entry -> Path.of(entry).toAbsolutePath().toString())
                        .toList());
    }

    private static Ended shell(String script) throws IOException, InterruptedException {
        return shell(script, Map.of("LC_ALL", "C.UTF-8"));
    }

    private static void assertRefused(Ended ended, String sentence) {
        assertThat(ended.err().lines().toList()).as(ended.err()).containsExactly(sentence);
        assertThat(ended.code()).isEqualTo(2);
    }

    private static void requireFullDevice() {
        assumeTrue(Files.isWritable(Path.of("/dev/full")), "This system has no /dev/full.");
    }

    @Test
    void predictSaysThatStdoutIsFull() throws IOException, InterruptedException {
        requireFullDevice();
        assertRefused(
                shell("ep predict --model model.zip --data rows.csv > /dev/full"),
                "Cannot write to stdout: No space left on device.");
    }

    @Test
    void inspectSaysThatStdoutIsFull() throws IOException, InterruptedException {
        requireFullDevice();
        assertRefused(shell("ep inspect model.zip > /dev/full"), "Cannot write to stdout: No space left on device.");
    }

    @Test
    void trainSaysThatStdoutIsFullAndKeepsItsModel() throws IOException, InterruptedException {
        requireFullDevice();

        Ended ended = shell("ep train --data csv:rows.csv --net mlp:3 --passes 1 --model full.zip > /dev/full");

        assertThat(ended.err()).endsWith("Cannot write to stdout: No space left on device.\n");
        assertThat(ended.code()).isEqualTo(2);
        assertThat(folder.resolve("full.zip")).isRegularFile();
    }

    @Test
    void aClosedStdoutIsAnErrorAndAClosedPipeIsNone() throws IOException, InterruptedException {
        assertRefused(shell("ep inspect model.zip >&-"), "Cannot write to stdout: Bad file descriptor.");

        Ended ended = shell("{ ep inspect model.zip; echo $? > code; } | true");

        assertThat(ended.err()).isEmpty();
        assertThat(folder.resolve("code")).hasContent("0");
    }

    @Test
    void stdoutIsUtf8InAnAsciiLocale() throws IOException, InterruptedException {
        Ended ended = shell(
                "ep predict --model model.zip --data rows.csv > out.csv && ep inspect --json model.zip > out.json",
                Map.of("LC_ALL", "C"));

        assertThat(ended.code()).as(ended.err()).isZero();
        assertThat(folder.resolve("out.csv")).hasSameTextualContentAs(folder.resolve("expected.csv"));
        assertThat(folder.resolve("out.json")).content().contains("gr\u00fcn", "\u8d64");
    }

    @Test
    void aPathThatTheLocaleCannotExpressIsOneSentence() throws IOException, InterruptedException {
        Ended ended = shell("ep inspect \"$(printf 'fl\\303\\266te.zip')\"", Map.of("LC_ALL", "C"));

        assertThat(ended.code()).as(ended.err()).isEqualTo(2);
        assertThat(ended.err().lines()).hasSize(1);
        assertThat(ended.err())
                .contains("\"fl")
                .contains("te.zip\" has characters that the encoding of this locale, ")
                .endsWith(
                        "cannot express: set the environment variable LC_ALL to C.UTF-8, or to another locale of UTF-8, and"
                                + " start again.\n");
    }

    @Test
    void aFolderThatTheLocaleCannotExpressIsOneSentence() throws IOException, InterruptedException {
        Ended ended = shell(
                "d=\"$(printf 'w\\303\\266rter')\"; mkdir -p \"$d\"; cd \"$d\"; ep inspect model.zip",
                Map.of("LC_ALL", "C"));

        assertThat(ended.code()).as(ended.err()).isEqualTo(2);
        assertThat(ended.err()).contains("has characters that the encoding of this locale, ");
    }

    @Test
    void imagesAndClassesThatTheLocaleCannotExpressAreOneSentence() throws IOException, InterruptedException {
        Path images = ImageFolderFixture.write(folder.resolve("images"), 2, 4, 4);
        String model = folder.resolve("images.zip").toString();
        assertThat(new CommandRun()
                        .execute(
                                "train",
                                "--data",
                                "images:" + images,
                                "--net",
                                "mlp:2",
                                "--passes",
                                "1",
                                "--model",
                                model))
                .isZero();
        Map<String, String> ascii = Map.of("LC_ALL", "C");

        Ended classes = shell(
                "g=\"$(printf 'gr\\303\\274n')\"; for h in train test; do mv images/$h/left images/$h/\"$g\"; done;"
                        + " ep train --data images:images --net mlp:2 --passes 1 --model never.zip",
                ascii);
        Ended files = shell(
                "mv images/test/right/0.png images/test/right/\"$(printf 'gr\\303\\274n')\".png;"
                        + " ep predict --model images.zip --data images/test/right --out never.csv",
                ascii);

        for (Ended ended : List.of(classes, files)) {
            assertThat(ended.code()).as(ended.err()).isEqualTo(2);
            assertThat(ended.err())
                    .contains("gr", "\" has characters that the encoding of this locale, ")
                    .hasLineCount(1);
        }
        assertThat(folder.resolve("never.zip")).doesNotExist();
        assertThat(folder.resolve("never.csv")).doesNotExist();
    }

    @Test
    void theReaderOfAPipeGetsTheTable() throws IOException, InterruptedException {
        Ended ended = shell("mkfifo pipe && { cat pipe > read.csv & ep predict --model model.zip --data rows.csv"
                + " --out pipe && wait; }");
        assumeTrue(ended.code() != 127, "This system has no pipes with names: " + ended.err());

        assertThat(ended.code()).as(ended.err()).isZero();
        assertThat(folder.resolve("read.csv")).hasSameTextualContentAs(folder.resolve("expected.csv"));
        assertThat(folder.resolve("stdout")).isEmptyFile();
    }

    @Test
    void aLinkAndAModeStay() throws IOException, InterruptedException {
        Ended ended = shell("umask 022; echo old > secret.csv && chmod 600 secret.csv && ln -s secret.csv link.csv"
                + " && ep predict --model model.zip --data rows.csv --out link.csv && test -L link.csv"
                + " && ls -l secret.csv > listed");

        assertThat(ended.code()).as(ended.err()).isZero();
        assertThat(folder.resolve("secret.csv")).hasSameTextualContentAs(folder.resolve("expected.csv"));
        assertThat(folder.resolve("listed")).content().startsWith("-rw-------");
    }

    /** Permissions count for the superuser, too, without the capability to pass them over. */
    private static Map<String, String> ordinaryUser() throws IOException, InterruptedException {
        String before = shell("test \"$(id -u)\" = 0").code() == 0
                ? "setpriv --bounding-set -dac_override,-dac_read_search --inh-caps -dac_override,-dac_read_search"
                : "";
        Ended tried = shell("mkdir -p tried && chmod 555 tried && " + before + " test ! -w tried");
        assumeTrue(tried.code() == 0, "Permissions cannot be tried here: " + tried.err());
        return Map.of("LC_ALL", "C.UTF-8", "before", before);
    }

    @Test
    void aWritableFileInAReadOnlyFolderIsWritten() throws IOException, InterruptedException {
        Map<String, String> user = ordinaryUser();

        Ended ended = shell(
                "mkdir locked && echo old > locked/out.csv && cp model.zip locked/model.zip && chmod 555 locked"
                        + " && ep predict --model model.zip --data rows.csv --out locked/out.csv"
                        + " && ep train --data csv:rows.csv --net mlp:3 --passes 2 --model locked/model.zip --overwrite"
                        + "; code=$?; chmod 755 locked; exit $code",
                user);

        assertThat(ended.code()).as(ended.err()).isZero();
        assertThat(folder.resolve("locked/out.csv")).hasSameTextualContentAs(folder.resolve("expected.csv"));
        assertThat(ended.err())
                .contains("There is no place for checkpoints beside ")
                .contains("locked/model.zip, so this training cannot be resumed.");
        assertThat(new CommandRun()
                        .execute("inspect", folder.resolve("locked/model.zip").toString()))
                .isZero();
    }

    /** Commands on the natives, with a folder of theirs that is mounted with the given options for this command alone. */
    private static void assertNativesRefused(String mount, String place) throws IOException, InterruptedException {
        Ended tried = shell("mkdir -p natives && unshare -m sh -c '" + mount + "'");
        assumeTrue(tried.code() == 0, "Nothing can be mounted here: " + tried.err());
        String ep =
                "\"$JAVA\" -Xmx512m -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Duser.home=/proc -Djava.io.tmpdir=\"$PWD/natives\" "
                        + Main.class.getName();

        Ended ended = shell("unshare -m sh -c '" + mount + " && " + ep
                + " predict --model model.zip --data rows.csv --out never.csv'");

        assertThat(ended.code()).as(ended.err()).isEqualTo(2);
        assertThat(ended.err().lines().toList()).as(ended.err()).hasSize(1);
        assertThat(ended.err())
                .startsWith("The native libraries cannot be unpacked and loaded, in ")
                .contains(place)
                .endsWith("by DL4J_EP_OPTS=-Dorg.bytedeco.javacpp.cachedir=FOLDER.\n");
        assertThat(folder.resolve("never.csv")).doesNotExist();
    }

    @Test
    void nativesInAFolderThatRunsNoPrograms() throws IOException, InterruptedException {
        assertNativesRefused("mount -t tmpfs -o noexec,size=600m none natives", "natives/.javacpp-");
    }

    @Test
    void nativesInAFolderThatIsTooSmall() throws IOException, InterruptedException {
        assertNativesRefused("mount -t tmpfs -o size=2m none natives", "natives/.javacpp-");
    }

    @Test
    void nativesInAFolderThatCannotBeWritten() throws IOException, InterruptedException {
        assertNativesRefused("mount -t tmpfs -o ro,size=2m none natives", "/proc or ");
    }

    @Test
    void aReadOnlyFileAndAReadOnlyFolderAreFoundBeforeTraining() throws IOException, InterruptedException {
        Map<String, String> user = ordinaryUser();

        Ended file = shell(
                "echo old > kept.zip && chmod 444 kept.zip && ep train --data csv:rows.csv --model kept.zip --overwrite",
                user);
        Ended place = shell(
                "mkdir -m 555 shut && ep train --data csv:rows.csv --model shut/new.zip; code=$?; chmod 755 shut; exit $code",
                user);

        assertThat(file.code()).isEqualTo(2);
        assertThat(file.err())
                .contains("the file is there and may not be written")
                .hasLineCount(1);
        assertThat(folder.resolve("kept.zip")).hasContent("old");
        assertThat(place.code()).isEqualTo(2);
        assertThat(place.err()).startsWith("Cannot write to --model ").hasLineCount(1);
    }
}
