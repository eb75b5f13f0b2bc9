package io.github.dl4jep.samediff;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jep.convert.EpOptions;
import io.github.dl4jep.toy.ToyData;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.nd4j.autodiff.listeners.At;
import org.nd4j.autodiff.listeners.BaseListener;
import org.nd4j.autodiff.listeners.ListenerResponse;
import org.nd4j.autodiff.listeners.Loss;
import org.nd4j.autodiff.listeners.Operation;
import org.nd4j.autodiff.listeners.impl.ScoreListener;
import org.nd4j.autodiff.listeners.records.History;
import org.nd4j.autodiff.listeners.records.LossCurve;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.TrainingConfig;
import org.nd4j.evaluation.classification.Evaluation;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.learning.config.Adam;

/** The oracle is {@code sd.fit} itself: the same listeners hear the same calls. */
class ListenersTest {

    private final DataSet data = ToyData.threeClasses(96, 1);

    /** Writes down every call with its place. */
    private static final class Recorder extends BaseListener {

        private final List<String> calls = new ArrayList<>();
        private final int stopAfterEpoch;

        Recorder(int stopAfterEpoch) {
            this.stopAfterEpoch = stopAfterEpoch;
        }

        private void add(String call, At at) {
            calls.add(call + " " + at.epoch() + "/" + at.iteration() + " " + at.operation());
        }

        @Override
        public boolean isActive(Operation operation) {
            return true;
        }

        @Override
        public void epochStart(SameDiff sd, At at) {
            add("epochStart", at);
        }

        @Override
        public ListenerResponse epochEnd(SameDiff sd, At at, LossCurve curve, long millis) {
            add("epochEnd of " + curve.losses().size() + " " + curve.getLossNames(), at);
            return at.epoch() == stopAfterEpoch ? ListenerResponse.STOP : ListenerResponse.CONTINUE;
        }

        @Override
        public ListenerResponse validationDone(SameDiff sd, At at, long millis) {
            add("validationDone", at);
            return ListenerResponse.CONTINUE;
        }

        @Override
        public void iterationStart(SameDiff sd, At at, MultiDataSet batch, long millis) {
            add("iterationStart", at);
        }

        @Override
        public void iterationDone(SameDiff sd, At at, MultiDataSet batch, Loss loss) {
            add("iterationDone " + (loss == null ? null : loss.getLossNames()), at);
        }

        @Override
        public void operationStart(SameDiff sd, Operation operation) {
            calls.add("operationStart " + operation);
        }

        @Override
        public void operationEnd(SameDiff sd, Operation operation) {
            calls.add("operationEnd " + operation);
        }
    }

    private static SameDiff graph() {
        SameDiff sd = ToySameDiff.classifier();
        sd.setTrainingConfig(TrainingConfig.builder()
                .updater(new Adam(1e-2))
                .dataSetFeatureMapping(ToySameDiff.INPUT)
                .dataSetLabelMapping(ToySameDiff.LABEL)
                .trainEvaluation("softmax", 0, new Evaluation())
                .validationEvaluation("softmax", 0, new Evaluation())
                .build());
        return sd;
    }

    @Test
    void callsComeAsInFit() {
        for (int stop : new int[] {-1, 1}) {
            Recorder stock = new Recorder(stop);
            SameDiff sd = graph();
            sd.setListeners(stock);
            sd.fit(ToyData.batches(data, 32), 3, ToyData.batches(data, 48), 2);
            Recorder ep = new Recorder(stop);
            SameDiff again = graph();
            again.setListeners(ep);
            EpSameDiff.of(again).fit(ToyData.batches(data, 32), 3, ToyData.batches(data, 48), 2);
            assertThat(ep.calls).isEqualTo(stock.calls);
            assertThat(again.getTrainingConfig().getEpochCount())
                    .isEqualTo(sd.getTrainingConfig().getEpochCount());
            assertThat(again.getTrainingConfig().getIterationCount())
                    .isEqualTo(sd.getTrainingConfig().getIterationCount());
        }
    }

    @Test
    void historyHoldsLossesAndEvaluations() {
        SameDiff sd = graph();
        EpSameDiff ep = EpSameDiff.of(sd, EpOptions.defaults(), 5);
        History history =
                ep.fit(ToyData.batches(data, 32), 3, ToyData.batches(data, 48), 1, new ScoreListener(1, true));
        assertThat(history.trainingEpochs()).isEqualTo(3);
        assertThat(history.validationEpochs()).isEqualTo(3);
        float[] losses = history.lossCurve().meanLoss("loss");
        assertThat(losses[2]).isLessThan(losses[0]).isPositive();
        Evaluation last = (Evaluation) history.validationEval().get(2).evaluation("softmax");
        Evaluation now = new Evaluation();
        now.eval(data.getLabels(), ep.pointOutput(data.getFeatures()));
        assertThat(last.accuracy()).isEqualTo(now.accuracy()).isGreaterThan(0.9);
        Evaluation training = (Evaluation) history.trainingEval().get(2).evaluation("softmax");
        assertThat(training.getNumRowCounter()).isEqualTo(96);
    }
}
