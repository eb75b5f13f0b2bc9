package io.github.dl4jep.network;

import io.github.dl4jep.conf.EpOutputConf;
import io.github.dl4jep.conf.PassCounter;
import io.github.dl4jep.engine.ExampleHashes;
import io.github.dl4jep.engine.Labels;
import io.github.dl4jep.likelihood.LearningPhase;
import io.github.dl4jep.runtime.EpOutput;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts the passes of a network: at the end of DL4J's epochs; and of batches that a program fits one by one, at the first that comes
 * again. Every output keeps the counter.
 */
final class PassCounting {

    private static final Logger LOG = LoggerFactory.getLogger(PassCounting.class);

    private final EpNetwork network;
    private final PassRecognition recognition = new PassRecognition();
    /** Whether somebody says where the present pass ends. */
    private boolean announced;

    private boolean warned;
    /** Hashes of the batch that is being learned from, or null if passes are not to be recognised. */
    private long @Nullable [] batch;

    PassCounting(EpNetwork network) {
        this.network = network;
    }

    /** A pass begins whose end will be told. */
    void announce() {
        announced = true;
    }

    /** A pass ends, or is given up, that was announced. */
    void end() {
        announced = false;
        recognition.forget();
    }

    /** Keeps the length of the pass that ends here; nothing where it was counted already. */
    void count(List<EpOutput> outputs) {
        end();
        for (EpOutput output : outputs) {
            EpOutputConf conf = output.outputConf();
            conf.setPassCounter(conf.getPassCounter().afterPass(network.getIterationCount()));
        }
    }

    /** Looks at a batch before it is learned from: perhaps a new pass begins with it. */
    void look(INDArray[] features, List<Labels> labels, List<EpOutput> outputs) {
        batch = announced || recognition.isFull() ? null : hashes(features, labels);
        long number = network.getIterationCount();
        if (batch != null) {
            OptionalLong ended = recognition.ended(batch, number);
            ended.ifPresent(length -> {
                PassCounter next = new PassCounter(length, recognition.passStart(number));
                outputs.forEach(output -> output.outputConf().setPassCounter(next));
            });
        }
        if (!announced) {
            warnOfEndless(outputs.get(0).outputConf().getPassCounter(), number);
        }
    }

    /** Keeps what {@link #look} saw, after it was learned from. */
    void learned(long number) {
        if (batch != null) {
            recognition.learned(batch, number);
        }
    }

    private static long[] hashes(INDArray[] features, List<Labels> labels) {
        return ExampleHashes.of(
                features[0].size(0),
                Stream.concat(Stream.of(features), labels.stream().map(Labels::values))
                        .toList());
    }

    private void warnOfEndless(PassCounter counter, long number) {
        LearningPhase phase = counter.phase(number);
        if (!warned && !phase.firstPass() && counter.getBatchesPerPass() == 0) {
            warned = true;
            LOG.warn(
                    "{} batches were fitted one by one, and no pass through the data has ended: no example has come again. If a pass is"
                            + " longer than that, all is well. If examples change from pass to pass, as augmented images do, call"
                            + " fit(iterator, passes), or set EpOptions.builder().batchesPerPass(n); else predictions become too sure",
                    number);
        }
    }
}
