package io.github.dl4jep.cli.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jep.cli.compare.ComparisonResult;
import io.github.dl4jep.cli.compare.DataFacts;
import io.github.dl4jep.cli.compare.PassResult;
import io.github.dl4jep.cli.compare.Run;
import io.github.dl4jep.cli.data.format.Task;
import io.github.dl4jep.cli.data.split.TrainingSample;
import io.github.dl4jep.cli.metric.Figures;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ComparisonTableTest {
    @Test
    void saysWhoWonAndShowsTheLastPass() {
        List<String> lines = lines(
                Task.CLASSIFICATION,
                run("ep", 0, 1, classes(0.03, 0.10, null), classes(0.021, 0.0765, 0.019)),
                run("adam", 0, 0.5, classes(0.05, 0.2, null), classes(0.026, 0.08, null)));

        assertThat(lines)
                .containsExactly(
                        "ep reaches 2.10 % test error after 2 passes; adam 2.60 %.",
                        "",
                        "trainer  pass  seconds  memory MiB  test error %     nll     ece  point error %",
                        "ep          2     2.00           3          2.10  0.0765  0.0100           1.90",
                        "adam        2     1.00           3          2.60  0.0800  0.0100              -");
    }

    @Test
    void severalSplitsShowMeanAndStandardError() {
        List<String> lines = lines(
                Task.REGRESSION,
                run("adam", 0, 1, number(1, -2)),
                run("sgd", 0, 1, number(5, -3)),
                run("adam", 1, 1, number(3, -4)),
                run("sgd", 1, 1, number(5, -3)));

        assertThat(lines)
                .containsExactly(
                        "adam reaches a test RMSE of 2.0000 after 1 pass (mean of 2 splits); sgd 5.0000.",
                        "",
                        "trainer  pass       seconds  memory MiB              rmse     log likelihood",
                        "adam        1  1.00 +- 0.00      4 +- 1  2.0000 +- 1.0000  -3.0000 +- 1.0000",
                        "sgd         1  1.00 +- 0.00      4 +- 1  5.0000 +- 0.0000  -3.0000 +- 0.0000");
    }

    @Test
    void drawIsSaidToBeOne() {
        assertThat(lines(
                        Task.CLASSIFICATION,
                        run("ep", 0, 1, classes(0.04, 0.1, null)),
                        run("adam", 0, 1, classes(0.04, 0.2, null)),
                        run("sgd", 0, 1, classes(0.08, 0.2, null))))
                .first()
                .isEqualTo("ep and adam reach 4.00 % test error after 1 pass; sgd 8.00 %.");
    }

    @Test
    void divergedRunsAreNeverAveragedAway() {
        List<String> lines = lines(
                Task.REGRESSION,
                run("adam", 0, 1, number(1, -2)),
                run("sgd", 0, 1, number(1, -2)),
                run("adam", 1, 1, number(1, -2)),
                run("sgd", 1, 1, Figures.NONE));

        assertThat(lines.get(0))
                .isEqualTo("adam reaches a test RMSE of 1.0000 after 1 pass (mean of 2 splits); sgd diverged.");
        assertThat(lines.get(4)).matches("sgd .* diverged +diverged");
        assertThat(lines(Task.CLASSIFICATION, run("sgd", 0, 1, Figures.NONE)))
                .first()
                .isEqualTo("no trainer reaches a finite figure after 1 pass; sgd diverged.");
    }

    private static List<String> lines(Task task, Run... runs) {
        return new ComparisonTable(new ComparisonResult(
                        "data",
                        "net",
                        1,
                        1,
                        1,
                        TrainingSample.ALL,
                        List.of(runs),
                        new DataFacts(task, 10, 5, 2, 3, null, null)))
                .lines();
    }

    private static Run run(String trainer, int split, double seconds, Figures... passes) {
        List<PassResult> results = new ArrayList<>();
        for (Figures figures : passes) {
            results.add(new PassResult(results.size() + 1, seconds, figures));
        }
        return new Run(trainer, split, 1, Map.of(), results, (3 + split) << 20, null);
    }

    private static Figures classes(double testError, double nll, Double pointTestError) {
        return new Figures(testError, nll, 0.01, pointTestError, null, null, null);
    }

    private static Figures number(double rmse, double logLikelihood) {
        return new Figures(null, null, null, null, null, rmse, logLikelihood);
    }
}
