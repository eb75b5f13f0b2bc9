package io.github.dl4jep.cli.report;

import io.github.dl4jep.cli.compare.Run;
import io.github.dl4jep.cli.data.format.Task;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One sentence on who won by how much, for example {@code ep reaches 2.10 % test error after 2 passes; adam 2.60 %, sgd
 * 8.03 %.}
 *
 * @param task decides the figure: test error or RMSE
 * @param passes how many passes every trainer made
 * @param repeats over what the figures are averaged, or empty
 */
record Verdict(Task task, int passes, String repeats) {
    /** One trainer's place. */
    private record Place(String trainer, double value, String text) {}

    /**
     * Writes the sentence. Trainers whose figures look the same when written out share a place.
     *
     * @param runs the runs of each trainer
     * @return the sentence
     */
    String sentence(Map<String, List<Run>> runs) {
        List<Place> places = new ArrayList<>();
        List<String> diverged = new ArrayList<>();
        runs.forEach((trainer, list) -> place(trainer, list).ifPresentOrElse(places::add, () -> diverged.add(trainer)));
        places.sort(Comparator.comparingDouble(Place::value));
        List<String> rest = new ArrayList<>();
        String best = places.isEmpty() ? "no trainer reaches a finite figure" : winner(places, rest);
        diverged.forEach(trainer -> rest.add(trainer + " diverged"));
        return best + duration() + (rest.isEmpty() ? "." : "; " + String.join(", ", rest) + ".");
    }

    private Optional<Place> place(String trainer, List<Run> list) {
        FigureColumn column = FigureColumn.of(task).get(0);
        String unit = task == Task.CLASSIFICATION ? " %" : "";
        return column.estimate(list)
                .map(e -> new Place(trainer, e.mean(), column.format().apply(e.mean()) + unit));
    }

    private String winner(List<Place> places, List<String> rest) {
        String best = places.get(0).text();
        List<String> winners = new ArrayList<>();
        for (Place place : places) {
            if (place.text().equals(best)) {
                winners.add(place.trainer());
            } else {
                rest.add(place.trainer() + " " + place.text());
            }
        }
        String figure = task == Task.CLASSIFICATION ? best + " test error" : "a test RMSE of " + best;
        return String.join(" and ", winners) + (winners.size() == 1 ? " reaches " : " reach ") + figure;
    }

    private String duration() {
        String after = " after " + passes + (passes == 1 ? " pass" : " passes");
        return repeats.isEmpty() ? after : after + " (mean of " + repeats + ")";
    }
}
