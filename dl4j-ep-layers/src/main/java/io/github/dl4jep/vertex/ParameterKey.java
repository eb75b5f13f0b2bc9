package io.github.dl4jep.vertex;

import java.io.Serializable;

/**
 * Names an array of parameters in a network.
 *
 * @param place the vertex, as {@link Vertex#describe()} has it
 * @param name the array: {@code W}, {@code b}, {@code noiseVariance}, ...
 */
public record ParameterKey(String place, String name) implements Serializable {

    @Override
    public String toString() {
        return name + " of " + place;
    }
}
