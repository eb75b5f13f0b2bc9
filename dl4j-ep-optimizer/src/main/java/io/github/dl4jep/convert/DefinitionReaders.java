package io.github.dl4jep.convert;

import java.util.List;
import java.util.ServiceLoader;
import java.util.function.BiFunction;

/** All readers of definitions. */
final class DefinitionReaders {

    private static final List<DefinitionReader> READERS =
            ServiceLoader.load(DefinitionReader.class, DefinitionReader.class.getClassLoader()).stream()
                    .map(ServiceLoader.Provider::get)
                    .toList();

    private DefinitionReaders() {}

    /** What one reader after the other makes of a definition or network. */
    static <T> T read(T definition, BiFunction<DefinitionReader, T, T> read) {
        T result = definition;
        for (DefinitionReader reader : READERS) {
            result = read.apply(reader, result);
        }
        return result;
    }
}
