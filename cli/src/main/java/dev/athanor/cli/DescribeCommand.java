package dev.athanor.cli;

import com.sun.management.OperatingSystemMXBean;
import dev.athanor.describe.DescribedModel;
import dev.athanor.describe.KnownModel;
import dev.athanor.describe.KnownModels;
import dev.athanor.describe.ModelDescription;
import dev.athanor.describe.Nanochat;
import java.lang.management.ManagementFactory;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code athanor describe}: what a model is made of, from its shapes alone. */
@Command(
        name = "describe",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Say what a model is made of, what it costs and where it fits, from its shapes alone.",
        footer = {"", "Example:  athanor describe gpt-neox-20b"})
final class DescribeCommand implements Callable<Integer> {
    @Parameters(
            arity = "0..1",
            paramLabel = "NAME|DIR",
            description = "A model of the list, its id on the Hugging Face hub, or a folder with config.json.")
    private String model = "";

    @Option(names = "--list", description = "List the models known by name.")
    private boolean list;

    @Mixin
    private final Common common = new Common();

    @Override
    public Integer call() {
        if (list == !model.isEmpty()) {
            throw common.usage("Expected a model or --list: athanor describe gpt-neox-20b");
        }
        if (list) {
            list();
            return 0;
        }
        Optional<Nanochat> counted = Nanochat.named(model);
        if (counted.isPresent()) {
            System.out.print(
                    common.json
                            ? NanochatPage.json(counted.get()) + System.lineSeparator()
                            : NanochatPage.of(counted.get()));
            return 0;
        }
        long memory = ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getTotalMemorySize();
        ModelDescription description = DescribedModel.find(model, note -> System.err.println("athanor: " + note));
        if (common.json) {
            System.out.println(DescriptionJson.of(description, memory));
        } else {
            System.out.print(DescriptionPage.of(description, memory));
        }
        return 0;
    }

    private void list() {
        var array = Json.array();
        for (KnownModel known : KnownModels.all()) {
            ModelDescription d = ModelDescription.of(known.name(), known.config());
            if (common.json) {
                var node = array.addObject();
                node.put("name", d.name());
                node.put("family", d.family());
                node.put("parameters", d.counts().total());
                var ids = node.putArray("also_called");
                known.ids().forEach(ids::add);
            } else {
                System.out.printf(
                        Locale.ROOT,
                        "%-14s %-9s %,19d parameters%n",
                        d.name(),
                        d.family(),
                        d.counts().total());
            }
        }
        if (common.json) {
            System.out.println(array);
        }
    }
}
