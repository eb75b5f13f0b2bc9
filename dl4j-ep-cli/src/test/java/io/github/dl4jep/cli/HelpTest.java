package io.github.dl4jep.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;

/** The pages that {@code --help} prints. */
class HelpTest {
    @ParameterizedTest
    @ValueSource(strings = {"train", "predict", "inspect", "compare"})
    void everyOptionAndExitCodeIsExplained(String name) {
        CommandRun run = new CommandRun();

        assertThat(run.execute(name, "--help")).isZero();

        String page = run.out.toString();
        assertThat(page).contains("Exit codes:").contains("Examples:").contains("  dl4j-ep " + name);
        // picocli prints a line as it is if it is no format.
        assertThat(page).doesNotContain("%n").doesNotContain("%%").doesNotContain("${");
        assertThat(page.lines()).allMatch(line -> line.length() <= 100);
        CommandLine command = Main.commandLine().getSubcommands().get(name);
        for (ArgSpec argument : command.getCommandSpec().args()) {
            assertThat(argument.description()).as(argument.toString()).isNotEmpty();
        }
    }
}
