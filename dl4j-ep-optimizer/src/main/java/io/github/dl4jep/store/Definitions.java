package io.github.dl4jep.store;

import java.util.Set;
import org.nd4j.shade.jackson.core.JsonProcessingException;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.ObjectMapper;
import org.nd4j.shade.jackson.databind.node.ObjectNode;

/** Compares definitions of networks. */
final class Definitions {

    /** What training changes in a definition. */
    private static final Set<String> COUNTERS = Set.of("iterationCount", "epochCount", "passCounter");

    private Definitions() {}

    /** Whether two definitions in JSON differ at most in how far training has come. */
    static boolean equalButCounters(String one, String other) {
        return withoutCounters(one).equals(withoutCounters(other));
    }

    private static JsonNode withoutCounters(String json) {
        try {
            JsonNode root = new ObjectMapper().readTree(json);
            remove(root);
            return root;
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("the definition is no JSON: " + e.getOriginalMessage(), e);
        }
    }

    private static void remove(JsonNode node) {
        if (node instanceof ObjectNode object) {
            object.remove(COUNTERS);
        }
        node.forEach(Definitions::remove);
    }
}
