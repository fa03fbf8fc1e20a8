package dev.athanor.cli;

import dev.athanor.describe.Contexts;
import dev.athanor.describe.MemoryNeeds;
import dev.athanor.describe.ModelDescription;
import dev.athanor.describe.ParameterCounts;
import dev.athanor.describe.Place;
import dev.athanor.describe.QkvMatrices;
import dev.athanor.describe.Work;
import dev.athanor.model.ModelConfig;
import dev.athanor.model.ModelConfig.Positions;
import dev.athanor.model.RopeScaling;
import dev.athanor.tensor.DType;
import java.util.Locale;

/** A description to be read: at most 100 columns wide, the answer most people come for on top. */
final class DescriptionPage {
    private final ModelDescription d;
    private final long machine;
    private final StringBuilder out = new StringBuilder();

    private DescriptionPage(ModelDescription d, long machine) {
        this.d = d;
        this.machine = machine;
    }

    /** @param machine physical memory in bytes */
    static String of(ModelDescription d, long machine) {
        DescriptionPage page = new DescriptionPage(d, machine);
        page.line("%s: %,d parameters", Visible.line(d.name()), d.counts().total());
        page.qkv(d.qkv());
        page.shape(d.config());
        page.places(d.counts());
        page.work(d.work());
        page.contexts();
        page.memory(d.memory());
        return page.out.toString();
    }

    private void line(String format, Object... values) {
        out.append(String.format(Locale.ROOT, format, values).stripTrailing()).append(System.lineSeparator());
    }

    private void title(String title) {
        line("");
        line("%s", title);
    }

    private void qkv(QkvMatrices m) {
        title(String.format(
                Locale.ROOT,
                "Q, K and V: %,d matrices, one Q, one K and one V in each of %,d layers",
                m.total(),
                m.layers()));
        line("      matrices  [out, in]             heads  matrices of one head  [in, out]");
        qkv("Q", m.layers(), m.queryRows(), m.queryHeads(), m.queryHeadMatrices());
        qkv("K", m.layers(), m.kvRows(), m.kvHeads(), m.kvHeadMatrices());
        qkv("V", m.layers(), m.kvRows(), m.kvHeads(), m.kvHeadMatrices());
        line("  In the file, every layer has");
        line("    %s", m.storedAs());
    }

    private void qkv(String name, int count, int rows, int heads, long ofHeads) {
        String whole = "[" + rows + ", " + d.qkv().width() + "]";
        String head = "[" + d.qkv().width() + ", " + d.qkv().headSize() + "]";
        line("  %s   %,8d  %-20s  %,5d  %,20d  %s", name, count, whole, heads, ofHeads, head);
    }

    private void shape(ModelConfig c) {
        title("Shape");
        line("  family        %s", d.family());
        line("  layers        %,d", c.layers());
        line("  width         %,d (d_model)", c.width());
        line(
                "  heads         %,d of %,d numbers%s",
                c.heads(),
                c.headSize(),
                c.kvHeads() == c.heads()
                        ? ""
                        : String.format(
                                Locale.ROOT,
                                "; %,d of keys and values, each for %,d of queries",
                                c.kvHeads(),
                                c.heads() / c.kvHeads()));
        line("  feed-forward  %,d%s", c.feedForwardWidth(), c.activation().gated() ? ", gated" : "");
        line("  vocabulary    %,d", c.vocabularySize());
        line("  context       %,d tokens%s", c.contextLength(), window(c));
        line("  positions     %s", positions(c));
        line("  head          %s", c.tiedHead() ? "the token embedding again (tied)" : "a matrix of its own");
    }

    private static String window(ModelConfig c) {
        return c.slidingWindow().isPresent()
                ? String.format(
                        Locale.ROOT,
                        ", of which a token sees %,d",
                        c.slidingWindow().getAsInt())
                : "";
    }

    private static String positions(ModelConfig c) {
        return switch (c.positions()) {
            case Positions.Learned() -> "a learned table";
            case Positions.Rotary rotary ->
                String.format(
                        Locale.ROOT,
                        "rotation of %s numbers of every head, theta %,.0f%s",
                        rotary.dimensions() == c.headSize() ? "all" : rotary.dimensions() + " of " + c.headSize(),
                        rotary.theta(),
                        scaling(rotary.scaling()));
        };
    }

    private static String scaling(RopeScaling scaling) {
        return switch (scaling) {
            case RopeScaling.None() -> "";
            case RopeScaling.Linear linear -> stretched(linear.factor(), "linear");
            case RopeScaling.Llama3 llama -> stretched(llama.factor(), "llama3");
            case RopeScaling.Yarn yarn -> stretched(yarn.factor(), "yarn");
        };
    }

    private static String stretched(double factor, String rule) {
        return String.format(Locale.ROOT, ", stretched %.4g times (%s)", factor, rule);
    }

    private void places(ParameterCounts counts) {
        title("Where the parameters sit");
        for (Place place : Place.values()) {
            String note = place == Place.HEAD && counts.in(place) == 0 ? "  stored once, as the embedding" : "";
            line(
                    "  %-13s %,19d  %5.1f %%%s",
                    place.words(), counts.in(place), 100.0 * counts.in(place) / counts.total(), note);
        }
        line("  %-13s %,19d", "total", counts.total());
        line("  %-13s %,19d  without embedding and head", "", counts.nonEmbedding());
        line("  %-13s %,19d  in one layer", "", counts.perLayer());
    }

    private void work(Work work) {
        int context = d.config().contextLength();
        title(String.format(Locale.ROOT, "What one token costs at %,d tokens of context", context));
        line("  training      %,25d FLOP, forward and backward", work.trainingPerToken(context));
        line("  generation    %,25d FLOP, one token written with a KV cache", work.generationPerToken(context));
        line(
                "  KV cache      %,25d bytes, keys and values in 16 bits",
                d.memory().kvPerToken(DType.BF16));
        line(
                "                %,25d bytes in F32, as Athanor keeps them",
                d.memory().kvPerToken(DType.F32));
    }

    private void contexts() {
        title("As the context grows");
        line("   context    one token written   of that attention    reading them all   KV cache (16 bits)");
        for (int context : Contexts.upTo(d.config().contextLength())) {
            long all = d.work().generationPerToken(context);
            line(
                    "%,10d  %19s  %17.1f %%  %18s  %19s",
                    context,
                    Units.flops(all),
                    100.0 * d.work().attention(context) / all,
                    Units.flops(d.work().reading(context)),
                    Units.bytes(d.memory().kv(DType.BF16, context)));
        }
    }

    private void memory(MemoryNeeds needs) {
        int context = d.config().contextLength();
        title("Memory, and whether this machine's " + Units.bytes(machine) + " hold it");
        line("                    weights  with the cache of %,d tokens", context);
        boolean some = false;
        for (DType format : MemoryNeeds.FORMATS) {
            long unfit = needs.unfit(format);
            some |= unfit > 0;
            line(
                    "  %-9s  %14s  %29s  %s%s",
                    format,
                    Units.bytes(needs.weights(format)),
                    Units.bytes(needs.running(format)),
                    holds(needs, format),
                    unfit > 0 ? " *" : "");
        }
        line(
                "  Training takes %s for weights, gradients and AdamW's moments in F32: %s",
                Units.bytes(needs.training()), needs.training() <= machine ? "fits" : "does not fit");
        if (some) {
            line("  * some matrices are Q8_0 or F16, because their rows are not whole blocks of this format");
        }
    }

    private String holds(MemoryNeeds needs, DType format) {
        int context = needs.contextWithin(format, machine);
        if (context == d.config().contextLength()) {
            return "fits";
        }
        return context == 0 ? "does not fit" : String.format(Locale.ROOT, "fits up to %,d tokens", context);
    }
}
