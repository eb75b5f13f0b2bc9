package io.github.dl4jep.compact;

import java.io.IOException;

/** A compact file that is damaged, cut off, of another version or no compact file at all. The message says where and what to do. */
public final class CompactFormatException extends IOException {

    private static final long serialVersionUID = 1L;

    /** Byte of the file at which the trouble was noticed, counted from 0. */
    private final long offset;

    CompactFormatException(long offset, String what, String remedy) {
        super("Compact network file, byte " + offset + ": " + what + ". " + remedy);
        this.offset = offset;
    }

    /**
     * Where the trouble was noticed.
     *
     * @return byte of the file, counted from 0
     */
    public long offset() {
        return offset;
    }
}
