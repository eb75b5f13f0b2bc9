package io.github.dl4jep.cli.compare;

import io.github.dl4jep.cli.data.split.TrainingSample;
import io.github.dl4jep.cli.definition.NetworkVariant;
import io.github.dl4jep.cli.trainer.LearningRates;
import io.github.dl4jep.cli.trainer.Trainer;
import java.util.List;

/**
 * What to compare.
 *
 * @param data the data, as for {@code --data}
 * @param network the network, as for {@code --net}
 * @param trainers the trainers, in order
 * @param splits the indices of the splits
 * @param passes the number of passes over the training rows
 * @param batch the number of rows in a batch
 * @param seed the seed of initial weights, batches and what is random in the data
 * @param seeds how many seeds, from this one on, every trainer runs with
 * @param sample what is made of the training rows
 * @param rates the learning rates asked for
 * @param variant the units, weights and time steps asked for
 * @param drawEachPass whether networks are drawn and scored after every pass, and not only after the last
 */
public record ComparisonPlan(
        String data,
        String network,
        List<Trainer> trainers,
        List<Integer> splits,
        int passes,
        int batch,
        long seed,
        int seeds,
        TrainingSample sample,
        LearningRates rates,
        NetworkVariant variant,
        boolean drawEachPass) {}
