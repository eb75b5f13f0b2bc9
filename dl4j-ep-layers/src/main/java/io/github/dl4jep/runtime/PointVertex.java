package io.github.dl4jep.runtime;

import io.github.dl4jep.message.ExampleFormat;
import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.message.StepMask;
import io.github.dl4jep.vertex.Sites;
import io.github.dl4jep.vertex.Vertex;
import java.util.List;
import java.util.function.Supplier;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;

/** What a layer's runtime activates to in the point network, inside a wrapper. */
record PointVertex(Layer runtime, ExampleFormat format, Supplier<String> place) implements Vertex {

    @Override
    public Moments sample(List<Moments> inputs) {
        StepMask mask = inputs.get(0).mask();
        runtime.setMaskArray(mask == null ? null : mask.toArray());
        return format.observed(runtime.activate(format.array(inputs.get(0)), false, LayerWorkspaceMgr.noWorkspaces()));
    }

    @Override
    public Pass forward(List<ForwardMessage> inputs, Sites pending) {
        throw NotTrainedByGradients.at(describe());
    }

    @Override
    public Moments predict(List<Moments> inputs) {
        return sample(inputs);
    }

    @Override
    public String describe() {
        return place.get();
    }
}
