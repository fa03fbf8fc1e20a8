package dev.athanor.cli;

import dev.athanor.describe.Contexts;
import dev.athanor.describe.MemoryNeeds;
import dev.athanor.describe.ModelDescription;
import dev.athanor.describe.Place;
import dev.athanor.describe.QkvMatrices;
import dev.athanor.describe.Work;
import dev.athanor.model.ModelConfig;
import dev.athanor.tensor.DType;
import java.util.Locale;
import tools.jackson.databind.node.ObjectNode;

/** A description as one JSON object; the order of its keys is fixed up to {@code kv_bytes_per_token}. */
final class DescriptionJson {
    private DescriptionJson() {}

    /** @param machine physical memory in bytes */
    static ObjectNode of(ModelDescription d, long machine) {
        ModelConfig c = d.config();
        ObjectNode node = Json.object();
        node.put("name", d.name());
        node.put("family", d.family());
        node.put("layers", c.layers());
        node.put("d_model", c.width());
        node.put("heads", c.heads());
        node.put("kv_heads", c.kvHeads());
        node.put("head_dim", c.headSize());
        node.put("d_ff", c.feedForwardWidth());
        node.put("vocab", c.vocabularySize());
        node.put("context", c.contextLength());
        node.put("parameters", d.counts().total());
        node.put("parameters_non_embedding", d.counts().nonEmbedding());
        node.set("qkv", qkv(d.qkv()));
        node.put("flops_per_token_training", d.work().trainingPerToken(c.contextLength()));
        node.put("kv_bytes_per_token", d.memory().kvPerToken(DType.BF16));
        node.set("per_head", perHead(d.qkv()));
        node.put("flops_per_token_training_in_products", d.work().trainingPerTokenInProducts(c.contextLength()));
        node.put("flops_per_token_generation", d.work().generationPerToken(c.contextLength()));
        node.put("kv_bytes_per_token_f32", d.memory().kvPerToken(DType.F32));
        node.put("kv_bytes_full_context", d.memory().kv(DType.BF16, c.contextLength()));
        node.put("kv_bytes_full_context_f32", d.memory().kv(DType.F32, c.contextLength()));
        c.slidingWindow().ifPresent(window -> node.put("sliding_window", window));
        node.put("tied_head", c.tiedHead());
        node.put("parameters_per_layer", d.counts().perLayer());
        node.put("parameters_biases", d.counts().biases());
        ObjectNode places = node.putObject("parameters_by_place");
        for (Place place : Place.values()) {
            places.put(place.name().toLowerCase(Locale.ROOT), d.counts().in(place));
        }
        memory(node, d.memory(), machine);
        contexts(node, d);
        return node;
    }

    private static ObjectNode qkv(QkvMatrices m) {
        ObjectNode node = Json.object();
        node.put("matrices_per_layer", QkvMatrices.PER_LAYER);
        node.put("matrices_total", m.total());
        node.putArray("q").add(m.queryRows()).add(m.width());
        node.putArray("k").add(m.kvRows()).add(m.width());
        node.putArray("v").add(m.kvRows()).add(m.width());
        node.put("stored_as", m.storedAs());
        return node;
    }

    private static ObjectNode perHead(QkvMatrices m) {
        ObjectNode node = Json.object();
        node.put("q_matrices", m.queryHeadMatrices());
        node.put("k_matrices", m.kvHeadMatrices());
        node.put("v_matrices", m.kvHeadMatrices());
        node.putArray("dimensions").add(m.width()).add(m.headSize());
        return node;
    }

    private static void memory(ObjectNode node, MemoryNeeds needs, long machine) {
        node.put("machine_memory_bytes", machine);
        var list = node.putArray("memory");
        for (DType format : MemoryNeeds.FORMATS) {
            ObjectNode one = list.addObject();
            one.put("format", format.name());
            one.put("weights_bytes", needs.weights(format));
            one.put("parameters_in_wider_format", needs.unfit(format));
            one.put("bytes_at_full_context", needs.running(format));
            one.put("fits", needs.running(format) <= machine);
            one.put("context_that_fits", needs.contextWithin(format, machine));
        }
        ObjectNode training = node.putObject("training_adamw_f32");
        training.put("bytes", needs.training());
        training.put("fits", needs.training() <= machine);
    }

    private static void contexts(ObjectNode node, ModelDescription d) {
        Work work = d.work();
        var list = node.putArray("by_context");
        for (int context : Contexts.upTo(d.config().contextLength())) {
            ObjectNode one = list.addObject();
            one.put("context", context);
            one.put("flops_per_token_generation", work.generationPerToken(context));
            one.put("flops_per_token_attention", work.attention(context));
            one.put("flops_reading", work.reading(context));
            one.put("kv_bytes", d.memory().kv(DType.BF16, context));
        }
    }
}
