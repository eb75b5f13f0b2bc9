package io.github.dl4jep.guide;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jep.conf.EpConf;
import io.github.dl4jep.type.LayerType;
import io.github.dl4jep.type.LayerTypes;
import io.github.dl4jep.type.PreProcessors;
import io.github.dl4jep.type.RefusedType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code docs/layers.md} against the registered types. */
class LayersPageTest {

    private static final Pattern NAME = Pattern.compile("`(\\w+)`");

    private String supported = "";
    private String refused = "";

    @BeforeEach
    void read() throws IOException {
        String page = Files.readString(Path.of("..", "docs", "layers.md"));
        String layers = page.substring(0, page.indexOf("\n## "));
        int middle = layers.indexOf("Refused by the conversion");
        supported = layers.substring(0, middle);
        refused = layers.substring(middle);
    }

    /** Names in the first column of a table. */
    private static Set<String> firstColumn(String text) {
        return text.lines()
                .filter(line -> line.startsWith("| `"))
                .map(line -> line.substring(2, line.indexOf('|', 2)).split(";")[0])
                .flatMap(cell -> NAME.matcher(cell).results().map(match -> match.group(1)))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> registered(Predicate<LayerType<? extends Layer>> which) {
        return LayerTypes.all().stream()
                .filter(type -> !EpConf.class.isAssignableFrom(type.type()))
                .filter(type -> type.type().getName().startsWith("org.deeplearning4j"))
                .filter(which)
                .map(type -> type.type().getSimpleName())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void theTableOfLayersHasEveryTypeThatConverts() {
        assertThat(firstColumn(supported)).isEqualTo(registered(type -> !(type instanceof RefusedType)));
    }

    @Test
    void theTableOfRefusalsHasEveryTypeThatIsRefused() {
        assertThat(firstColumn(refused)).isEqualTo(registered(RefusedType.class::isInstance));
    }

    @Test
    void everyPreprocessorIsNamed() {
        Set<String> named =
                NAME.matcher(supported).results().map(MatchResult::group).collect(Collectors.toSet());
        assertThat(PreProcessors.names())
                .isNotEmpty()
                .allSatisfy(name -> assertThat(named).contains("`" + name.replace("PreProcessor", "") + "`"));
    }
}
