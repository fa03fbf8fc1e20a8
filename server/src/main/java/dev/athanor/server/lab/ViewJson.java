package dev.athanor.server.lab;

import dev.athanor.microscope.DirectAttribution.Vote;
import dev.athanor.microscope.attribution.Attribution;
import dev.athanor.microscope.experiment.HeadEffects;
import dev.athanor.microscope.identity.Identity;
import dev.athanor.microscope.origin.Origin;
import dev.athanor.microscope.score.HeadScores;
import dev.athanor.microscope.tale.Chapter;
import dev.athanor.microscope.tale.Piece;
import dev.athanor.microscope.view.Assembly;
import dev.athanor.microscope.view.Chemistry;
import dev.athanor.microscope.view.Choice;
import dev.athanor.microscope.view.Figure;
import dev.athanor.microscope.view.Flask;
import dev.athanor.microscope.view.LensGrid;
import dev.athanor.microscope.view.Match;
import dev.athanor.microscope.view.NearestWords;
import dev.athanor.microscope.view.NextWords;
import dev.athanor.microscope.view.Norms;
import dev.athanor.model.hook.HookPoint;
import dev.athanor.server.Json;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Views as JSON; every number keeps the name and index by which it can be asked for again. */
public final class ViewJson {
    private final LabModel model;

    public ViewJson(LabModel model) {
        this.model = model;
    }

    static ObjectNode figure(Figure figure) {
        ObjectNode node = Json.object();
        node.put("name", figure.name());
        ArrayNode index = node.putArray("index");
        figure.index().forEach(index::add);
        node.put("value", figure.value());
        return node;
    }

    private static ArrayNode figures(List<Figure> figures) {
        ArrayNode array = Json.object().putArray("figures");
        figures.forEach(f -> array.add(figure(f)));
        return array;
    }

    public ArrayNode tokens(int[] tokens) {
        ArrayNode array = Json.object().putArray("tokens");
        for (int token : tokens) {
            word(array.addObject(), token).put("bytes", bytes(token));
        }
        return array;
    }

    private int bytes(int token) {
        return token < model.tokenizer().vocabularySize() ? model.tokenizer().bytes(token).length : 0;
    }

    private ObjectNode word(ObjectNode node, int token) {
        return node.put("id", token).put("text", model.text(token)).put("shown", model.shown(token));
    }

    public ObjectNode next(NextWords next) {
        ObjectNode node = Json.answer().put("position", next.position());
        ArrayNode rows = node.putArray("rows");
        next.rows().forEach(row -> rows.add(row(row)));
        node.set("entropy", figure(next.entropy()));
        return node;
    }

    ObjectNode row(NextWords.Row row) {
        ObjectNode one = word(Json.object(), row.token()).put("token", row.token());
        one.set("p", figure(row.probability()));
        one.set("logit", figure(row.logit()));
        return one;
    }

    public ObjectNode choice(Choice choice) {
        ObjectNode node = Json.object().put("position", choice.position());
        node.put("token", choice.token()).put("shown", model.shown(choice.token()));
        node.put("against", choice.against());
        node.put("against_shown", choice.against() == Choice.NOTHING ? "" : model.shown(choice.against()));
        return node;
    }

    public ObjectNode assembly(Assembly assembly) {
        ObjectNode node = Json.answer();
        node.set("choice", choice(assembly.choice()));
        ArrayNode parts = node.putArray("parts");
        for (Assembly.Ballot ballot : assembly.votes()) {
            ObjectNode part = parts.addObject();
            part.put("hook", ballot.hook().name());
            part.put("layer", ballot.hook().layer());
            part.put("head", ballot.head());
            part.put("kind", kind(ballot));
            part.set("vote", figure(ballot.vote()));
        }
        ArrayNode vats = node.putArray("vats");
        for (int layer = -1; layer < model.config().layers(); layer++) {
            ObjectNode vat = vats.addObject().put("layer", layer);
            vat.set("adds", figure(assembly.added(layer)));
            vat.set("vat", figure(assembly.vat(layer)));
        }
        node.set("constant", figure(assembly.constant()));
        node.set("logit", figure(assembly.logit()));
        node.put("sum", assembly.sum());
        node.put("error", Math.abs(assembly.sum() - assembly.logit().value()));
        return node;
    }

    private static String kind(Assembly.Ballot ballot) {
        if (ballot.hook().point() == HookPoint.EMBED) {
            return "embedding";
        }
        if (ballot.hook().point() == HookPoint.POS_EMBED) {
            return "position";
        }
        return ballot.hook().point() == HookPoint.MLP_OUT ? "chemistry" : ballot.head() == Vote.BIAS ? "bias" : "head";
    }

    public ObjectNode flasks(int layer, List<Flask> flasks) {
        ObjectNode node = Json.answer().put("layer", layer);
        ArrayNode array = node.putArray("flasks");
        for (Flask flask : flasks) {
            ObjectNode one = array.addObject().put("head", flask.head());
            one.set("vote", figure(flask.vote()));
            ArrayNode pours = one.putArray("pours");
            for (Flask.Pour pour : flask.pours()) {
                ObjectNode p = pours.addObject().put("source", pour.source());
                p.set("share", figure(pour.share()));
                p.set("vote", figure(pour.vote()));
            }
        }
        return node;
    }

    public ObjectNode match(Match match, int top) {
        ObjectNode node = Json.answer().put("layer", match.layer()).put("head", match.head());
        node.put("query", match.query()).put("key", match.key());
        node.set("score", figure(match.score()));
        node.set("products", figures(match.products()));
        ArrayNode parts = node.putArray("parts");
        match.pairs().stream().limit(top).forEach(pair -> {
            ObjectNode one = parts.addObject();
            one.put("query_part", pair.queryPart()).put("key_part", pair.keyPart());
            one.set("score", figure(pair.score()));
        });
        node.put("pairs", match.pairs().size());
        node.put("sum", match.sum());
        node.put("error", Math.abs(match.sum() - match.score().value()));
        return node;
    }

    public ObjectNode chemistry(Chemistry chemistry, NeuronWords words) {
        ObjectNode node = Json.answer().put("layer", chemistry.layer()).put("position", chemistry.position());
        neurons(node.putArray("up"), chemistry.up(), words);
        neurons(node.putArray("down"), chemistry.down(), words);
        node.set("neurons", figure(chemistry.neurons()));
        return node;
    }

    private void neurons(ArrayNode array, List<Chemistry.Neuron> neurons, NeuronWords words) {
        for (Chemistry.Neuron neuron : neurons) {
            ObjectNode one = array.addObject().put("neuron", neuron.index());
            one.set("strength", figure(neuron.strength()));
            one.set("vote", figure(neuron.vote()));
            NeuronWords.Sides sides = words.of(neuron.index(), neuron.strength().value());
            ArrayNode promotes = one.putArray("promotes");
            sides.up().forEach(token -> promotes.add(model.shown(token)));
            ArrayNode suppresses = one.putArray("suppresses");
            sides.down().forEach(token -> suppresses.add(model.shown(token)));
        }
    }

    public ObjectNode lens(LensGrid grid) {
        ObjectNode node = Json.answer();
        ArrayNode rows = node.putArray("rows");
        for (int state = 0; state < grid.rows().size(); state++) {
            ObjectNode row = rows.addObject().put("state", state);
            ArrayNode cells = row.putArray("cells");
            for (LensGrid.Cell cell : grid.rows().get(state)) {
                ObjectNode one = word(cells.addObject(), cell.token());
                one.put("token", cell.token());
                one.set("probability", figure(cell.probability()));
                one.set("entropy", figure(cell.entropy()));
            }
        }
        return node;
    }

    public ObjectNode norms(Norms norms) {
        ObjectNode node = Json.answer();
        ArrayNode rows = node.putArray("rows");
        for (int state = 0; state < norms.rows().size(); state++) {
            rows.addObject()
                    .put("state", state)
                    .set("values", figures(norms.rows().get(state)));
        }
        return node;
    }

    public ObjectNode nearest(NearestWords nearest) {
        ObjectNode node = Json.answer().put("state", nearest.state()).put("position", nearest.position());
        ArrayNode words = node.putArray("words");
        for (NearestWords.Row row : nearest.words()) {
            ObjectNode one = word(words.addObject(), row.token());
            one.put("token", row.token());
            one.set("similarity", figure(row.similarity()));
        }
        return node;
    }

    public ObjectNode scores(HeadScores scores) {
        ObjectNode node = Json.answer();
        node.put("threshold", HeadScores.ROLE);
        ArrayNode heads = node.putArray("heads");
        for (HeadScores.Row row : scores.heads()) {
            ObjectNode one = heads.addObject().put("layer", row.layer()).put("head", row.head());
            one.set("induction", figure(row.induction()));
            one.set("previous", figure(row.previous()));
            one.set("duplicate", figure(row.duplicate()));
            one.set("first", figure(row.first()));
            one.put("role", row.role().name().toLowerCase(Locale.ROOT));
        }
        return node;
    }

    public ObjectNode attribution(Attribution attribution) {
        ObjectNode node = Json.answer().put("method", attribution.method().label());
        node.put("signed", attribution.method().signed());
        node.set("choice", choice(attribution.choice()));
        node.set("words", figures(attribution.words()));
        attribution.gap().ifPresent(gap -> node.put("gap", gap));
        return node;
    }

    public ObjectNode effects(HeadEffects effects) {
        ObjectNode node = Json.answer();
        node.set("choice", choice(effects.choice()));
        ArrayNode heads = node.putArray("heads");
        for (HeadEffects.Row row : effects.heads()) {
            ObjectNode one = heads.addObject().put("layer", row.layer()).put("head", row.head());
            one.put("source", row.source());
            one.set("share", figure(row.share()));
            one.set("direct", figure(row.direct()));
            one.set("total", figure(row.total()));
            one.set("resample", figure(row.resample()));
        }
        return node;
    }

    public ArrayNode identities(List<Identity> identities) {
        ArrayNode array = Json.object().putArray("identities");
        for (Identity identity : identities) {
            ObjectNode one = array.addObject();
            one.put("id", identity.id()).put("sentence", identity.sentence());
            one.put("checked", identity.checked());
            if (identity.checked()) {
                one.put("error", identity.error());
            }
            one.put("tolerance", identity.tolerance());
            one.put("holds", identity.holds());
        }
        return array;
    }

    public ArrayNode tale(List<Chapter> chapters) {
        ArrayNode array = Json.object().putArray("chapters");
        for (Chapter chapter : chapters) {
            ObjectNode one = array.addObject().put("title", chapter.title());
            chapter.layer().ifPresent(layer -> one.put("layer", layer));
            ArrayNode sentences = one.putArray("sentences");
            for (List<Piece> sentence : chapter.sentences()) {
                ArrayNode pieces = sentences.addArray();
                for (Piece piece : sentence) {
                    ObjectNode p = pieces.addObject().put("text", piece.text());
                    piece.figure().ifPresent(f -> p.set("figure", figure(f)));
                }
            }
            chapter.caution().ifPresent(caution -> one.put("caution", caution));
        }
        return array;
    }

    public ObjectNode origin(Origin origin) {
        ObjectNode node = Json.answer();
        node.put("name", origin.figure().name());
        ArrayNode index = node.putArray("index");
        origin.figure().index().forEach(index::add);
        node.put("value", origin.figure().value());
        node.put("hook", origin.figure().name());
        node.putObject("formula")
                .put("story", origin.story())
                .put("mathematics", origin.mathematics())
                .put("code", origin.code());
        node.set("inputs", figures(origin.inputs()));
        node.put("input_count", origin.inputCount());
        return node;
    }
}
