package io.github.dl4jep.architecture;

import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.LocationProvider;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The main classes of the published modules, in whatever package they are: directories when Maven stops before
 * {@code package}, jars after it.
 */
final class ModuleLocations implements LocationProvider {

    private static final Pattern MODULE = Pattern.compile(
            ".*[/\\\\]dl4j-ep-(compact|layers|optimizer|cli)[/\\\\]target[/\\\\](classes|dl4j-ep-[^/\\\\]*\\.jar)[/\\\\]?");

    @Override
    public Set<Location> get(Class<?> testClass) {
        return Arrays.stream(System.getProperty("java.class.path").split(Pattern.quote(File.pathSeparator)))
                .filter(entry -> MODULE.matcher(entry).matches())
                .map(Path::of)
                .filter(Files::exists)
                .map(ModuleLocations::location)
                .collect(Collectors.toSet());
    }

    private static Location location(Path path) {
        if (Files.isDirectory(path)) {
            return Location.of(path);
        }
        try (JarFile jar = new JarFile(path.toFile())) {
            return Location.of(jar);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
