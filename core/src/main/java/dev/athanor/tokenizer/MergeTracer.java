package dev.athanor.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;

/** Encodes step by step, to be read and not to be fast: the naive reference of {@link Merger}. */
public final class MergeTracer {
    /** Symbols of the longest piece whose merges are told; longer ones only say what they are at last. */
    static final int LONGEST = 200;

    private record Target(int rank, int result) {}

    private final Map<Long, Target> merges = new HashMap<>();
    private final IntFunction<String> shown;

    private MergeTracer(IntFunction<String> shown) {
        this.shown = shown;
    }

    /** Every piece of {@code text}: the ids of all together are those of {@link Tokenizer#encode}. */
    public static List<WordTrace> trace(Tokenizer tokenizer, String text) {
        return switch (tokenizer) {
            case BpeTokenizer bpe -> byteLevel(bpe, text);
            case SentencePieceTokenizer pieces -> sentencePiece(pieces, text);
            default -> {
                List<WordTrace> all = new ArrayList<>();
                for (int id : tokenizer.encode(text)) {
                    all.add(token(tokenizer, id));
                }
                yield List.copyOf(all);
            }
        };
    }

    private static WordTrace token(Tokenizer tokenizer, int id) {
        String name = TokenText.of(tokenizer, id);
        return new WordTrace(name, List.of(new WordTrace.Step(WordTrace.NO_MERGE, 0, List.of(name))), List.of(id));
    }

    private static List<WordTrace> byteLevel(BpeTokenizer t, String text) {
        MergeTracer tracer = new MergeTracer(id -> TokenText.of(t, id));
        int rank = 0;
        for (BpeTokenizer.Merge m : t.merges()) {
            tracer.merges.put(MergeTable.pair(m.left(), m.right()), new Target(rank++, m.result()));
        }
        List<WordTrace> all = new ArrayList<>();
        TextSplitter splitter =
                new TextSplitter(t.rules().addedTokens(), t.rules().normalization()::apply);
        splitter.split(text, false, new TextSplitter.Parts() {
            @Override
            public void text(String whole, int start, int end, boolean first) {
                boolean space = t.rules().prefixSpace() && start < end && whole.charAt(start) != ' ';
                String part = (space ? " " : "") + whole.substring(start, end);
                for (int at = 0; at < part.length(); ) {
                    int next = t.rules().preTokenizer().end(part, at, part.length());
                    all.add(tracer.piece(t, part.substring(at, next)));
                    at = next;
                }
            }

            @Override
            public void token(int id) {
                all.add(MergeTracer.token(t, id));
            }
        });
        return List.copyOf(all);
    }

    private WordTrace piece(BpeTokenizer t, String piece) {
        int whole = t.rules().wholePieces() ? t.pieceId(piece) : -1;
        if (whole >= 0) {
            return new WordTrace(
                    piece,
                    List.of(new WordTrace.Step(WordTrace.NO_MERGE, 0, List.of(shown.apply(whole)))),
                    List.of(whole));
        }
        List<Integer> symbols = new ArrayList<>();
        for (byte b : piece.getBytes(StandardCharsets.UTF_8)) {
            symbols.add(t.byteId(b & 0xFF));
        }
        if (symbols.size() > LONGEST) {
            return told(piece, t.encode(piece));
        }
        return ladder(piece, symbols);
    }

    private WordTrace told(String piece, int[] ids) {
        List<Integer> list = Arrays.stream(ids).boxed().toList();
        return new WordTrace(piece, List.of(state(WordTrace.NO_MERGE, 0, list)), list);
    }

    private static List<WordTrace> sentencePiece(SentencePieceTokenizer t, String text) {
        MergeTracer tracer = new MergeTracer(t::symbolText);
        for (SentencePieceVocabulary.Merge m : t.vocabulary().merges()) {
            tracer.merges.put(MergeTable.pair(m.left(), m.right()), new Target(m.rank(), m.result()));
        }
        List<WordTrace> all = new ArrayList<>();
        t.split(text, new TextSplitter.Parts() {
            @Override
            public void text(String part, int start, int end, boolean first) {
                String symbols = t.rules().spaces().symbols(part.substring(start, end), first);
                all.addAll(tracer.words(t, symbols));
            }

            @Override
            public void token(int id) {
                all.add(MergeTracer.token(t, id));
            }
        });
        return List.copyOf(all);
    }

    /** Word by word where no merge crosses the beginning of one, which is easier to read; else as one piece. */
    private List<WordTrace> words(SentencePieceTokenizer t, String symbols) {
        List<WordTrace> words = new ArrayList<>();
        int start = 0;
        for (int at = 1; at <= symbols.length(); at++) {
            boolean begins = at == symbols.length()
                    || (symbols.charAt(at) == Spaces.SPACE && symbols.charAt(at - 1) != Spaces.SPACE);
            if (begins) {
                words.add(piece(t, symbols.substring(start, at)));
                start = at;
            }
        }
        int[] expected = t.encodeSymbols(symbols);
        int[] found = words.stream()
                .flatMap(w -> w.ids().stream())
                .mapToInt(Integer::intValue)
                .toArray();
        return Arrays.equals(expected, found) ? words : List.of(piece(t, symbols));
    }

    private WordTrace piece(SentencePieceTokenizer t, String symbols) {
        String text = symbols.replace(Spaces.SPACE, ' ');
        int[] ids = t.encodeSymbols(symbols);
        int[] start = t.symbolsOf(symbols);
        if (start.length > LONGEST || ids.length == 1 && start.length == 1) {
            return told(text, ids);
        }
        WordTrace ladder =
                ladder(text, new ArrayList<>(Arrays.stream(start).boxed().toList()));
        return new WordTrace(text, ladder.steps(), Arrays.stream(ids).boxed().toList());
    }

    private WordTrace ladder(String text, List<Integer> symbols) {
        List<WordTrace.Step> steps = new ArrayList<>();
        steps.add(state(WordTrace.NO_MERGE, 0, symbols));
        while (true) {
            int best = -1;
            int rank = Integer.MAX_VALUE;
            for (int i = 0; i + 1 < symbols.size(); i++) {
                Target target = merges.get(MergeTable.pair(symbols.get(i), symbols.get(i + 1)));
                if (target != null && target.rank < rank) {
                    best = i;
                    rank = target.rank;
                }
            }
            if (best < 0) {
                return new WordTrace(text, steps, symbols);
            }
            Target target = merges.get(MergeTable.pair(symbols.get(best), symbols.get(best + 1)));
            symbols.set(best, target == null ? 0 : target.result);
            symbols.remove(best + 1);
            steps.add(state(rank, best, symbols));
        }
    }

    private WordTrace.Step state(int rank, int merged, List<Integer> symbols) {
        return new WordTrace.Step(
                rank, merged, symbols.stream().map(shown::apply).toList());
    }
}
