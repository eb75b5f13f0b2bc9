package io.github.dl4jep.guide;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The Java blocks of a guide page, and the source of the test that runs them. */
final class GuidePage {

    private static final Pattern JAVA_BLOCK = Pattern.compile("```java\\R(.*?)```", Pattern.DOTALL);

    private GuidePage() {}

    /** The code blocks of a page of {@code docs/guide}, without indentation. */
    static List<String> blocks(String page) throws IOException {
        Matcher matcher = JAVA_BLOCK.matcher(Files.readString(Path.of("..", "docs", "guide", page)));
        List<String> blocks = new ArrayList<>();
        while (matcher.find()) {
            blocks.add(withoutIndentation(matcher.group(1)));
        }
        return blocks;
    }

    /** The source of a test class, without indentation. */
    static String sourceOf(Class<?> test) throws IOException {
        String file = test.getName().replace('.', '/') + ".java";
        return withoutIndentation(
                Files.readString(Path.of("src", "test", "java").resolve(file)));
    }

    private static String withoutIndentation(String code) {
        return code.lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .collect(Collectors.joining("\n", "\n", "\n"));
    }
}
