/**
 * Ready-made networks in the look of DL4J's zoo: {@code builder()}, {@code conf()} for the definition, which stock DL4J trains as
 * well, and {@code init()} for the EP network.
 *
 * <p>To add one: a class with these three methods. DL4J's own zoo models go through
 * {@code EpNetworks.from(InstantiableModel)}.
 */
@NullMarked
package io.github.dl4jep.zoo;

import org.jspecify.annotations.NullMarked;
