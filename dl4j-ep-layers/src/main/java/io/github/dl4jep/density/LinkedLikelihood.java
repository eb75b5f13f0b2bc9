package io.github.dl4jep.density;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A likelihood of labels whose mean or median is a positive function of the potential. */
abstract class LinkedLikelihood extends ScalarLikelihood {

    private static final long serialVersionUID = 1L;

    /** How the mean or median comes of the potential. */
    private final Link link;

    LinkedLikelihood(Link link) {
        this.link = link;
    }

    /**
     * How the mean or median of labels comes of the potential.
     *
     * @return the link
     */
    public Link getLink() {
        return link;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return super.equals(other) && other instanceof LinkedLikelihood that && link == that.link;
    }

    @Override
    public int hashCode() {
        return Objects.hash(getClass(), link);
    }

    @Override
    public String toString() {
        return getClass().getSimpleName() + "(" + link + ")";
    }
}
