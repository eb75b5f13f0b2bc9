package io.github.dl4jep.samediff.plan;

/**
 * Which parameters of a layer a SameDiff variable holds.
 *
 * @param variable name of the variable, a VARIABLE; of running averages perhaps a CONSTANT
 * @param prefix what the layer's parameter names begin with: W, b, gamma, beta; mean and var are whole names
 * @param arrangement how the variable arranges them
 */
public record WeightBinding(String variable, String prefix, Arrangement arrangement) {}
