package io.github.dl4jep.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dl4jep.engine.BatchParts;
import io.github.dl4jep.message.BackwardMessage;
import io.github.dl4jep.message.BatchPart;
import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.network.EpMultiLayerNetwork;
import java.util.HashMap;
import java.util.Map;
import org.apache.spark.broadcast.Broadcast;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;

/** What a worker answers does not depend on what it computed before. */
@Tag("spark")
class PartHostTest {

    private static final int INDUCING = 24;
    private static final BatchPart PART = new BatchPart(1, 40, INDUCING, 20, 40);

    private final EpMultiLayerNetwork network = Networks.convolutional();
    private final Broadcast<byte[]> posterior = LocalSpark.context().broadcast(Definition.parameters(network));
    private final Broadcast<Definition> definition = LocalSpark.context().broadcast(Definition.of(network));
    private PartRows rows;

    @BeforeEach
    void cut() {
        MultiDataSet data = Networks.data("convolutional", 40).toMultiDataSet();
        rows = new PartRows(0, PART, Wire.bytes(JointBatches.rowsOf(data, PART.rows())));
    }

    @AfterEach
    void close() {
        PartHost.close("first");
        PartHost.close("second");
    }

    private StepTask task(String run) {
        return new StepTask(run, definition, posterior, 0, INDUCING, 1, true, 1);
    }

    private static byte[] messages(byte[] reply) {
        BatchParts.Forward forward = Reply.read(reply, in -> StepWire.forward(in, PART.ofJoint()), 0, String::valueOf);
        Map<Integer, BackwardMessage> messages = new HashMap<>();
        for (Map.Entry<Integer, ForwardMessage> potentials :
                forward.potentials().entrySet()) {
            INDArray mean = potentials.getValue().moments().mean();
            assertThat(mean.rows()).isEqualTo(20);
            assertThat(potentials.getValue().covariance().covariance().shape()).containsExactly(20, INDUCING);
            INDArray joint = org.nd4j.linalg.factory.Nd4j.vstack(mean, mean);
            messages.put(
                    potentials.getKey(),
                    new BackwardMessage(joint, joint.mul(joint).addi(1)));
        }
        return StepWire.messages(messages);
    }

    /** The executor of the second run has lost all that it had before each question. */
    @Test
    void whatIsLostIsComputedAgain() throws Exception {
        StepTask kept = task("first");
        StepTask lost = task("second");
        byte[] forward = PartHost.forward(kept, 1, rows);
        assertThat(PartHost.forward(lost, 1, rows)).isEqualTo(forward);
        byte[] messages = messages(forward);
        PartHost.close("second");
        byte[] answer = PartHost.answer(kept, 1, rows, messages);
        assertThat(PartHost.answer(lost, 1, rows, messages)).isEqualTo(answer);
        // The same question once more, as after a stage that Spark repeats.
        assertThat(PartHost.answer(lost, 1, rows, messages)).isEqualTo(answer);
        network.params().muli(1.01);
        Broadcast<byte[]> committed = LocalSpark.context().broadcast(Definition.parameters(network));
        PartHost.close("second");
        byte[] after = PartHost.after(kept, 1, rows, committed);
        assertThat(PartHost.after(lost, 1, rows, committed)).isEqualTo(after);
    }

    @Test
    void anErrorIsAnAnswerThatNamesTheRows() throws Exception {
        MultiDataSet data = Networks.data("convolutional", 40).toMultiDataSet();
        data.getLabels(0).putScalar(30, 1, 0.5);
        PartRows bad = new PartRows(0, PART, Wire.bytes(JointBatches.rowsOf(data, PART.rows())));
        byte[] reply = PartHost.forward(task("first"), 1, bad);
        assertThat(Reply.isError(reply)).isTrue();
        assertThatThrownBy(() -> Reply.read(reply, in -> in.readInt(), 1, worker -> "20 to 39 of batch 0"))
                .isInstanceOf(DL4JInvalidInputException.class)
                .hasMessageStartingWith("Partition 1, whose rows are 20 to 39 of batch 0: Invalid labels at layer ");
    }
}
