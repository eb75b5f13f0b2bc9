package io.github.dl4jep.cli.data.source;

import io.github.dl4jep.cli.data.table.TextFiles;
import io.github.dl4jep.cli.failure.LocaleEncoding;
import io.github.dl4jep.cli.failure.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The image files of one half of the data: a folder for each class, its name the class.
 *
 * @param path the folder of the half
 * @param classes the names of the classes, sorted
 * @param files all images, sorted class by class
 * @param skipped the number of other files in the class folders
 */
record ImageFolder(Path path, List<String> classes, List<Path> files, int skipped) {
    /** What the names of images end in, for messages. */
    static final String ENDINGS = ".png, .jpg, .jpeg, .bmp, .tif, .tiff or .webp";

    private static final Set<String> FORMATS = Set.of("png", "jpg", "jpeg", "bmp", "tif", "tiff", "webp");

    /**
     * Lists a half.
     *
     * @param data the folder that the user named
     * @param half {@code train} or {@code test}
     * @return what is there
     * @throws UserException if the folder is missing or has no classes, or a class has no images or a name that the locale cannot express
     */
    static ImageFolder list(Path data, String half) {
        Path folder = data.resolve(half).toAbsolutePath().normalize();
        if (!Files.isDirectory(folder)) {
            throw new UserException(
                    "There is no folder " + folder + ": --data images:DIR takes a folder with the folders train"
                            + " and test, which hold a folder of images for each class.");
        }
        List<Path> classFolders = entries(folder).stream()
                .filter(path -> Files.isDirectory(path) && !isHidden(path))
                .toList();
        if (classFolders.size() < 2) {
            throw new UserException(folder + " has " + classFolders.size()
                    + " folder(s), but must have one for each class, at least 2.");
        }
        List<Path> files = new ArrayList<>();
        int skipped = 0;
        for (Path classFolder : classFolders) {
            List<Path> images = images(classFolder);
            if (images.isEmpty()) {
                throw new UserException(
                        "The class folder " + classFolder + " has no images: they end in " + ENDINGS + ".");
            }
            files.addAll(images);
            skipped += skipped(classFolder);
        }
        List<String> names = classFolders.stream()
                .map(classFolder -> classFolder.getFileName().toString())
                .toList();
        names.forEach(LocaleEncoding::requireExpressible);
        return new ImageFolder(folder, names, List.copyOf(files), skipped);
    }

    /**
     * Lists the images in one folder.
     *
     * @param folder the folder
     * @return their files, sorted
     * @throws UserException if the folder cannot be read
     */
    static List<Path> images(Path folder) {
        return entries(folder).stream().filter(ImageFolder::isImage).toList();
    }

    /**
     * Lists a folder.
     *
     * @param folder the folder
     * @return all that is in it, sorted
     * @throws UserException if it cannot be read
     */
    static List<Path> entries(Path folder) {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.sorted().toList();
        } catch (IOException e) {
            throw new UserException("Cannot read the folder " + folder + ": " + TextFiles.describe(e) + ".", e);
        }
    }

    /**
     * Returns whether a file is an image that is read.
     *
     * @param file a path
     * @return true if there is a file whose name says so
     */
    static boolean isImage(Path file) {
        String name = file.getFileName().toString();
        String suffix = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
        return Files.isRegularFile(file) && !isHidden(file) && FORMATS.contains(suffix);
    }

    /** Systems leave files of their own, such as {@code ._x.png}, {@code .DS_Store} and the folder {@code __MACOSX}. */
    static boolean isHidden(Path file) {
        String name = file.getFileName().toString();
        return name.startsWith(".") || name.equals("__MACOSX");
    }

    /**
     * Counts the files in one folder that are no images.
     *
     * @param folder the folder
     * @return their number, without those whose names begin with a dot
     */
    static int skipped(Path folder) {
        return (int) entries(folder).stream()
                .filter(file -> Files.isRegularFile(file) && !isHidden(file) && !isImage(file))
                .count();
    }

    /**
     * Says what was noticed in folders of images.
     *
     * @param skipped the number of files that are no images
     * @param transparent the number of images with transparent pixels
     * @return lines for the summary
     */
    static List<String> notes(int skipped, int transparent) {
        List<String> notes = new ArrayList<>();
        if (skipped > 0) {
            notes.add("Files skipped: " + skipped + ", whose names do not end in " + ENDINGS + ".");
        }
        if (transparent > 0) {
            notes.add("Transparent images: " + transparent + ", laid over white.");
        }
        return notes;
    }

    /**
     * Returns the class of each image.
     *
     * @return the index of its folder among the classes
     */
    int[] labels() {
        Map<String, Integer> index = new HashMap<>();
        classes.forEach(name -> index.put(name, index.size()));
        return files.stream()
                .mapToInt(file -> index.getOrDefault(
                        Objects.requireNonNull(file.getParent(), "class folder")
                                .getFileName()
                                .toString(),
                        -1))
                .toArray();
    }

    /**
     * Checks that two halves have the same classes.
     *
     * @param test the other half
     * @throws UserException if one has a class that the other has not
     */
    void requireSameClasses(ImageFolder test) {
        requireIn(test);
        test.requireIn(this);
    }

    private void requireIn(ImageFolder other) {
        String missing =
                classes.stream().filter(name -> !other.classes.contains(name)).collect(Collectors.joining(", "));
        if (!missing.isEmpty()) {
            throw new UserException("The classes of training and test images differ: " + path + " has " + missing
                    + ", but " + other.path + " has not.");
        }
    }
}
