package io.github.dl4jep.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files, links, pipes and devices that are there already. */
class WholeFileTest {

    @TempDir
    private Path folder;

    private static void write(Path file, String text) throws IOException {
        WholeFile.write(file, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    /** Runs a program of the system, or skips the test where there is none or it is not allowed. */
    private static void system(String... command) throws IOException, InterruptedException {
        Process process;
        try {
            process = new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException e) {
            assumeTrue(false, "This system has no " + command[0] + ".");
            return;
        }
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assumeTrue(process.waitFor() == 0, "This system refuses " + String.join(" ", command) + ": " + said);
    }

    private Path posix(Path file) {
        assumeTrue(file.getFileSystem().supportedFileAttributeViews().contains("posix"), "There are no file modes.");
        return file;
    }

    private Path link(String name, Path target) {
        try {
            return Files.createSymbolicLink(folder.resolve(name), target);
        } catch (IOException | UnsupportedOperationException e) {
            assumeTrue(false, "There are no symbolic links: " + e);
            throw new AssertionError(e);
        }
    }

    @Test
    void aNewFileAndAnOldOneAreWrittenAndNothingElseIsLeft() throws IOException {
        Path file = folder.resolve("result");

        write(file, "first");
        write(file, "second");

        assertThat(file).hasContent("second");
        assertThat(names()).containsExactly("result");
    }

    @Test
    void aNewFileHasTheModeOfAnyOtherNewFile() throws IOException {
        Path other = posix(Files.createFile(folder.resolve("other")));

        write(folder.resolve("result"), "new");

        assertThat(Files.getPosixFilePermissions(folder.resolve("result")))
                .isEqualTo(Files.getPosixFilePermissions(other));
    }

    @Test
    void aReplacedFileKeepsItsMode() throws IOException {
        Path file = posix(Files.createFile(folder.resolve("secret")));
        for (String mode : List.of("rw-------", "rw-rw-r--", "rwxr-x---")) {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));

            write(file, mode);

            assertThat(file).hasContent(mode);
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo(mode);
        }
    }

    @Test
    void aReplacedFileKeepsItsOwnerWhereThatIsAllowed() throws IOException, InterruptedException {
        Path file = posix(Files.createFile(folder.resolve("theirs")));
        system("chown", "12345:23456", file.toString());

        write(file, "new");

        assertThat(Files.getAttribute(file, "unix:uid")).isEqualTo(12345);
        assertThat(Files.getAttribute(file, "unix:gid")).isEqualTo(23456);
    }

    @Test
    void aLinkStaysAndItsTargetIsWritten() throws IOException {
        Path target = Files.writeString(folder.resolve("target"), "old");
        Path first = link("first", Path.of("target"));
        Path second = link("second", first);

        write(second, "new");

        assertThat(target).hasContent("new");
        assertThat(Files.isSymbolicLink(first)).isTrue();
        assertThat(Files.isSymbolicLink(second)).isTrue();
        assertThat(names()).containsExactly("first", "second", "target");
    }

    @Test
    void aLinkToAFileThatIsNotThereMakesTheFile() throws IOException {
        Path link = link("link", Path.of("later"));

        WholeFile.requireWritable(link);
        write(link, "new");

        assertThat(folder.resolve("later")).hasContent("new");
        assertThat(Files.isSymbolicLink(link)).isTrue();
    }

    @Test
    void aLinkToAFolderIsAsTheFolder() throws IOException {
        Path real = Files.createDirectory(folder.resolve("real"));
        Path link = link("link", real);

        WholeFile.requireWritable(link.resolve("result"));
        write(link.resolve("result"), "new");

        assertThat(real.resolve("result")).hasContent("new");
    }

    @Test
    void linksInACircleAreRefused() {
        Path one = link("one", Path.of("other"));
        link("other", Path.of("one"));

        assertThatThrownBy(() -> write(one, "new")).isInstanceOf(FileSystemLoopException.class);
    }

    @Test
    void theReaderOfAPipeGetsTheContent() throws Exception {
        Path pipe = folder.resolve("pipe");
        system("mkfifo", pipe.toString());
        String text = "row\n".repeat(100_000); // more than a pipe holds
        CompletableFuture<String> read = CompletableFuture.supplyAsync(() -> {
            try {
                return Files.readString(pipe);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });

        assertThat(WholeFile.isStream(pipe)).isTrue();
        WholeFile.requireWritable(pipe);
        write(pipe, text);

        assertThat(read.get(30, TimeUnit.SECONDS)).isEqualTo(text);
        assertThat(names()).containsExactly("pipe");
        assertThat(WholeFile.isStream(pipe)).isTrue();
    }

    /** A device of the test's own: a mistake here would take the system's. */
    @Test
    void aDeviceStaysADevice() throws IOException, InterruptedException {
        Path device = folder.resolve("null");
        system("mknod", device.toString(), "c", "1", "3");
        assumeTrue(Files.isWritable(device), "Devices cannot be used in this folder.");

        try {
            Files.writeString(device, "");
        } catch (IOException e) {
            assumeTrue(false, "Devices cannot be used in this folder: " + e);
        }
        WholeFile.requireWritable(link("link", device));
        write(folder.resolve("link"), "nobody reads this");

        assertThat(WholeFile.isStream(device)).isTrue();
        assertThat(names()).containsExactly("link", "null");
    }

    @Test
    void aFullDeviceIsAnError() {
        Path full = Path.of("/dev/full");
        assumeTrue(WholeFile.isStream(full), "There is no /dev/full.");
        Path link = link("link", full);

        assertThatThrownBy(() -> write(link, "much"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("No space left on device");
    }

    @Test
    void whenTheContentFailsTheOldFileIsStillThere() throws IOException {
        Path file = Files.writeString(folder.resolve("result"), "old");

        assertThatThrownBy(() -> WholeFile.write(file, out -> {
                    out.write(new byte[1 << 20]);
                    throw new IOException("the source is gone");
                }))
                .isInstanceOf(IOException.class)
                .hasMessage("the source is gone");

        assertThat(file).hasContent("old");
        assertThat(names()).containsExactly("result");
    }

    @Test
    void aFileThatMayNotBeWrittenIsNotReplaced() throws IOException {
        Path file = posix(Files.writeString(folder.resolve("kept"), "old"));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--r--r--"));
        assumeTrue(!Files.isWritable(file), "This user may write every file.");

        assertThatThrownBy(() -> WholeFile.requireWritable(file)).isInstanceOf(AccessDeniedException.class);
        assertThatThrownBy(() -> write(file, "new"))
                .isInstanceOf(AccessDeniedException.class)
                .hasMessageContaining("the file is there and may not be written");

        assertThat(file).hasContent("old");
    }

    @Test
    void aFolderIsRefused() {
        assertThatThrownBy(() -> write(folder, "new"))
                .isInstanceOf(FileSystemException.class)
                .hasMessage(folder + ": it is a folder, not a file");
    }

    @Test
    void aNameAsLongAsNamesCanBe() throws IOException {
        Path file = folder.resolve("n".repeat(255));

        write(file, "new");

        assertThat(file).hasContent("new");
    }

    @Test
    void checkingAPlaceLeavesItAsItIs() throws IOException {
        Path file = Files.writeString(folder.resolve("result"), "old");

        WholeFile.requireWritable(file);
        WholeFile.requireWritable(folder.resolve("new").resolve("result"));

        assertThat(file).hasContent("old");
        assertThat(names()).containsExactly("new", "result");
        assertThat(folder.resolve("new")).isEmptyDirectory();
    }
}
