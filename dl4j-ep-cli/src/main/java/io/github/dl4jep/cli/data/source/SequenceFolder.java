package io.github.dl4jep.cli.data.source;

import io.github.dl4jep.cli.failure.UserException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The files of sequences in one folder, as DL4J's {@code CSVSequenceRecordReader} reads them: one CSV file for each sequence, either in
 * {@code features} with its labels in a file of the same name in {@code labels}, or in the folder itself with a label column.
 *
 * @param path the folder
 * @param features the file of each sequence, numbers in names in their order
 * @param labels the file of labels of each, or empty for a label column
 * @param skipped the number of other files
 */
record SequenceFolder(Path path, List<Path> features, List<Path> labels, int skipped) {
    private static final String FEATURES = "features";
    private static final String LABELS = "labels";
    private static final String ENDINGS = ".csv, .tsv or .txt, also with .gz";
    private static final Pattern FILE = Pattern.compile(".*\\.(csv|tsv|txt)(\\.gz)?");
    private static final Pattern DIGITS = Pattern.compile("\\d+");
    private static final int NAMED = 5;
    private static final int LONGEST_NUMBER = 20;

    /**
     * Lists a folder.
     *
     * @param folder the folder
     * @return what is there
     * @throws UserException if it has no sequences, or features and labels do not have the same names
     */
    static SequenceFolder list(Path folder) {
        Path path = folder.toAbsolutePath().normalize();
        if (!Files.isDirectory(path)) {
            throw new UserException("There is no folder " + path
                    + ": --data sequences:DIR takes a folder of CSV files, one for each sequence, or one with the folders"
                    + " features and labels.");
        }
        boolean features = Files.isDirectory(path.resolve(FEATURES));
        if (!features && Files.isDirectory(path.resolve(LABELS))) {
            throw new UserException(path + " has a folder " + LABELS + ", but no folder " + FEATURES + ".");
        }
        if (!features) {
            return new SequenceFolder(path, sequences(path), List.of(), skipped(path));
        }
        if (!Files.isDirectory(path.resolve(LABELS))) {
            throw new UserException(path + " has a folder " + FEATURES + ", but no folder " + LABELS + ".");
        }
        List<Path> of = sequences(path.resolve(FEATURES));
        List<Path> with = sequences(path.resolve(LABELS));
        requirePartners(of, with);
        requirePartners(with, of);
        return new SequenceFolder(path, of, with, skipped(path.resolve(FEATURES)) + skipped(path.resolve(LABELS)));
    }

    /**
     * Lists the files to predict in a folder.
     *
     * @param folder the folder, or one with the folder {@code features}
     * @return their files
     * @throws UserException if there are none
     */
    static List<Path> unlabelled(Path folder) {
        Path path = folder.toAbsolutePath().normalize();
        if (!Files.isDirectory(path)) {
            throw new UserException("There is no folder " + path + ".");
        }
        return sequences(Files.isDirectory(path.resolve(FEATURES)) ? path.resolve(FEATURES) : path);
    }

    private static void requirePartners(List<Path> files, List<Path> others) {
        Set<String> names = others.stream().map(SequenceFolder::name).collect(Collectors.toSet());
        List<Path> alone =
                files.stream().filter(file -> !names.contains(name(file))).toList();
        if (!alone.isEmpty()) {
            throw new UserException(
                    alone.get(0) + " has no partner " + others.get(0).resolveSibling(name(alone.get(0)))
                            + (alone.size() == 1
                                    ? "."
                                    : ", and so it is with " + (alone.size() - 1) + " more: "
                                            + alone.stream()
                                                    .skip(1)
                                                    .limit(NAMED)
                                                    .map(SequenceFolder::name)
                                                    .collect(Collectors.joining(", "))
                                            + (alone.size() > NAMED + 1 ? ", ..." : "") + "."));
        }
    }

    private static String name(Path file) {
        return String.valueOf(file.getFileName());
    }

    private static List<Path> sequences(Path folder) {
        List<Path> files = ImageFolder.entries(folder).stream()
                .filter(SequenceFolder::isSequence)
                .sorted(Comparator.comparing(SequenceFolder::ordered).thenComparing(Comparator.naturalOrder()))
                .toList();
        if (files.isEmpty()) {
            throw new UserException("The folder " + folder + " has no sequences: their files end in " + ENDINGS + ".");
        }
        return files;
    }

    /** Numbers in their order: 2.csv before 10.csv. */
    private static String ordered(Path file) {
        return DIGITS.matcher(name(file))
                .replaceAll(number ->
                        "0".repeat(Math.max(0, LONGEST_NUMBER - number.group().length())) + number.group());
    }

    private static boolean isSequence(Path file) {
        return Files.isRegularFile(file)
                && !ImageFolder.isHidden(file)
                && FILE.matcher(name(file).toLowerCase(Locale.ROOT)).matches();
    }

    private static int skipped(Path folder) {
        return (int) ImageFolder.entries(folder).stream()
                .filter(file -> Files.isRegularFile(file) && !ImageFolder.isHidden(file) && !isSequence(file))
                .count();
    }

    /**
     * Checks that two halves are kept alike.
     *
     * @param test the other half
     * @throws UserException if one has its labels in files, and the other in a column
     */
    void requireSameLayout(SequenceFolder test) {
        if (labels.isEmpty() != test.labels.isEmpty()) {
            throw new UserException((labels.isEmpty() ? test : this).path + " has the folders " + FEATURES + " and "
                    + LABELS + ", but " + (labels.isEmpty() ? this : test).path + " has not.");
        }
        Set<Path> twice = new HashSet<>(features);
        twice.retainAll(test.features);
        if (!twice.isEmpty()) {
            throw new UserException(path + " and " + test.path + " are the same folder.");
        }
    }

    /**
     * Says what was left out.
     *
     * @return lines for the summary
     */
    List<String> notes() {
        return skipped == 0
                ? List.of()
                : List.of("Files skipped in " + path + ": " + skipped + ", whose names do not end in " + ENDINGS + ".");
    }
}
