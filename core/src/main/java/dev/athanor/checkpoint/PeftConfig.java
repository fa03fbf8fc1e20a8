package dev.athanor.checkpoint;

import dev.athanor.model.Adapters;
import dev.athanor.model.ModelConfig;
import dev.athanor.model.TensorSpec;
import dev.athanor.model.TensorTable;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.node.ObjectNode;

/**
 * What adapter_config.json says (format: peft/tuners/lora/config.py).
 *
 * @param base model the additions belong to
 * @param rank numbers between the two matrices
 * @param alpha such that additions are multiplied by alpha / rank
 */
record PeftConfig(String base, int rank, double alpha) {
    /** More would be no low rank; PEFT's own default is 8. */
    private static final int MOST_RANK = 65_536;

    /**
     * Fields with which PEFT computes something other than W + alpha / r · B A, and the values that ask for nothing.
     */
    private static final List<String> MUST_BE_EMPTY = List.of(
            "use_dora",
            "rank_pattern",
            "alpha_pattern",
            "modules_to_save",
            "layer_replication",
            "target_parameters",
            "trainable_token_indices",
            "lora_bias",
            "use_qalora",
            "arrow_config",
            "alora_invocation_tokens");

    static PeftConfig read(Path file) {
        JsonNode n = StrictJson.object(TextFile.read(file, Limits.DEFAULT.configBytes()), file.toString());
        require(file, n, "peft_type", "LORA", "");
        require(file, n, "bias", "none", "none");
        for (String name : MUST_BE_EMPTY) {
            JsonNode value = n.path(name);
            boolean empty = value.isMissingNode()
                    || value.isNull()
                    || (value.isBoolean() && !value.booleanValue())
                    || (value.isContainer() && value.isEmpty());
            if (!empty) {
                throw new ModelFormatException(file + ": expected " + name
                        + " to be empty, since only plain low-rank additions are known, found "
                        + Quote.of(value.toString()) + "; merge the adapters with PEFT and open the merged model");
            }
        }
        JsonNode r = n.path("r");
        if (!r.isInt() || r.intValue() < 1 || r.intValue() > MOST_RANK) {
            throw new ModelFormatException(
                    file + ": expected r from 1 to " + MOST_RANK + ", found " + Quote.of(r.toString()));
        }
        JsonNode alpha = n.path("lora_alpha");
        if (!alpha.isNumber() || !(alpha.doubleValue() > 0 && alpha.doubleValue() < 1e9)) {
            throw new ModelFormatException(
                    file + ": expected lora_alpha as a number above 0, found " + Quote.of(alpha.toString()));
        }
        JsonNode base = n.path("base_model_name_or_path");
        if (!base.isString() || base.stringValue().isBlank()) {
            throw new ModelFormatException(file
                    + ": expected base_model_name_or_path to name the model these adapters belong to, found "
                    + Quote.of(base.toString()));
        }
        // rsLoRA (arXiv:2312.03732) divides by the root of the rank.
        boolean root = n.path("use_rslora").asBoolean(false);
        double scale = root ? alpha.doubleValue() * Math.sqrt(r.intValue()) : alpha.doubleValue();
        return new PeftConfig(base.stringValue(), r.intValue(), scale);
    }

    private static void require(Path file, JsonNode n, String name, String expected, String absent) {
        String found = n.path(name).isMissingNode() ? absent : n.path(name).asString("");
        if (!found.equals(expected)) {
            throw new ModelFormatException(
                    file + ": expected " + name + " " + expected + ", found " + Quote.of(String.valueOf(n.get(name))));
        }
    }

    static String write(Adapters adapters, ModelConfig config, String base) {
        ObjectNode n = StrictJson.mapper().createObjectNode();
        n.putNull("auto_mapping");
        n.put("base_model_name_or_path", base);
        n.put("bias", "none");
        n.put("fan_in_fan_out", config.layout().inputMajor());
        n.put("inference_mode", true);
        n.put("init_lora_weights", true);
        n.putNull("layers_pattern");
        n.putNull("layers_to_transform");
        if (adapters.alpha() == Math.rint(adapters.alpha())) {
            n.put("lora_alpha", (long) adapters.alpha());
        } else {
            n.put("lora_alpha", adapters.alpha());
        }
        n.put("lora_dropout", 0.0);
        n.putNull("modules_to_save");
        n.put("peft_type", "LORA");
        n.put("r", adapters.rank());
        n.putNull("revision");
        var targets = n.putArray("target_modules");
        targetModules(adapters, config).forEach(targets::add);
        n.put("task_type", "CAUSAL_LM");
        n.put("use_dora", false);
        n.put("use_rslora", false);
        return StrictJson.mapper()
                        .writer()
                        .with(SerializationFeature.INDENT_OUTPUT)
                        .writeValueAsString(n) + "\n";
    }

    /**
     * PEFT adapts every module whose name ends in one of these; where the last word alone would mean more (GPT-2 has
     * two modules named c_proj in a layer), the word before goes along.
     */
    private static Set<String> targetModules(Adapters adapters, ModelConfig config) {
        Set<String> adapted = new TreeSet<>();
        adapters.list().forEach(p -> adapted.add(p.name().substring(0, p.name().lastIndexOf(".lora_"))));
        Set<String> others = new TreeSet<>();
        for (TensorSpec spec : TensorTable.of(config)) {
            int dot = spec.name().lastIndexOf('.');
            String module = dot < 0 ? spec.name() : spec.name().substring(0, dot);
            if (!adapted.contains(module)) {
                others.add(module);
            }
        }
        Set<String> targets = new TreeSet<>();
        for (String module : adapted) {
            String last = module.substring(module.lastIndexOf('.') + 1);
            boolean unique = others.stream().noneMatch(other -> other.endsWith("." + last));
            String before = module.substring(0, module.lastIndexOf('.'));
            targets.add(unique ? last : before.substring(before.lastIndexOf('.') + 1) + "." + last);
        }
        return targets;
    }
}
