package dev.athanor.tokenizer;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingType;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.zip.ZipFile;

/**
 * Prints how fast text becomes ids here, in jtokkit and in Hugging Face's Rust library, on one thread each: medians of
 * alternating rounds. Run by hand, asserts nothing.
 */
final class TokenizerSpeed {
    private static final PrintStream OUT = System.out;
    private static final int ROUNDS = 5;

    private TokenizerSpeed() {}

    private interface Encoder {
        int[] encode(String text);
    }

    public static void main(String[] arguments) throws IOException {
        String prose = Samples.shakespeare();
        String code = javaSource(2_000_000);
        for (EncodingType type :
                new EncodingType[] {EncodingType.R50K_BASE, EncodingType.CL100K_BASE, EncodingType.O200K_BASE}) {
            PreTokenizer cuts = switch (type) {
                case R50K_BASE -> PreTokenizer.GPT2;
                case CL100K_BASE -> PreTokenizer.LLAMA3;
                default -> PreTokenizer.O200K;
            };
            BpeTokenizer ours = Tiktoken.load(type.getName(), cuts);
            Encoding jtokkit = Encodings.newDefaultEncodingRegistry().getEncoding(type);
            try (RustTokenizer rust = new RustTokenizer(TokenizerJson.write(ours))) {
                compare(
                        type.getName() + ", prose",
                        prose,
                        ours::encode,
                        text -> jtokkit.encodeOrdinary(text).toArray(),
                        rust::encode);
                compare(
                        type.getName() + ", Java",
                        code,
                        ours::encode,
                        text -> jtokkit.encodeOrdinary(text).toArray(),
                        rust::encode);
            }
        }
    }

    private static void compare(String name, String text, Encoder ours, Encoder jtokkit, Encoder rust) {
        Encoder[] encoders = {ours, jtokkit, rust};
        double[][] rates = new double[encoders.length][ROUNDS];
        double megabytes = text.getBytes(StandardCharsets.UTF_8).length / 1e6;
        long ids = 0;
        for (int round = -3; round < ROUNDS; round++) {
            for (int e = 0; e < encoders.length; e++) {
                long start = System.nanoTime();
                ids += encoders[e].encode(text).length;
                double seconds = (System.nanoTime() - start) / 1e9;
                if (round >= 0) {
                    rates[e][round] = megabytes / seconds;
                }
            }
        }
        for (double[] rate : rates) {
            Arrays.sort(rate);
        }
        OUT.printf(
                Locale.ROOT,
                "%-20s %5.2f MB: Athanor %6.1f MB/s, jtokkit %6.1f MB/s, Rust %6.1f MB/s; %.1f times jtokkit (%d ids)%n",
                name,
                megabytes,
                rates[0][ROUNDS / 2],
                rates[1][ROUNDS / 2],
                rates[2][ROUNDS / 2],
                rates[0][ROUNDS / 2] / rates[1][ROUNDS / 2],
                ids);
    }

    /** Source files of the JDK, one behind the other. */
    static String javaSource(int characters) throws IOException {
        Path source = Path.of(System.getProperty("java.home"), "lib", "src.zip");
        StringBuilder text = new StringBuilder();
        if (!Files.exists(source)) {
            return Samples.shakespeare();
        }
        try (ZipFile zip = new ZipFile(source.toFile())) {
            var entries = zip.entries();
            while (entries.hasMoreElements() && text.length() < characters) {
                var entry = entries.nextElement();
                if (entry.getName().startsWith("java.base/java/")) {
                    text.append(new String(zip.getInputStream(entry).readAllBytes(), StandardCharsets.UTF_8));
                }
            }
        }
        return text.toString();
    }
}
