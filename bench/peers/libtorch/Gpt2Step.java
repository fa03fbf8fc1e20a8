import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AdamW;
import org.bytedeco.pytorch.AdamWOptions;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * Times whole training steps of GPT-2 124M in libtorch: zeroing, forward, loss, backward, AdamW, on random tokens, as
 * {@code athanor bench train} does.
 *
 * <pre>OMP_WAIT_POLICY=passive java -cp 'lib/*' Gpt2Step.java [f32|bf16] [batch] [context] [threads] [steps]</pre>
 *
 * Prints JSON: the median milliseconds of a step, and the first and last loss, by which one sees that it learns.
 */
public final class Gpt2Step {
    private static final int LAYERS = 12;
    private static final int WIDTH = 768;
    private static final int HEADS = 12;
    private static final int CONTEXT = 1024;
    private static final int VOCABULARY = 50257;
    private static final int WARM_UP = 3;

    private final TensorVector parameters = new TensorVector();
    private final Tensor words = matrix(VOCABULARY, WIDTH);
    private final Tensor places = matrix(CONTEXT, WIDTH);
    private final List<Layer> layers = new ArrayList<>();
    private final Tensor finalScale = vector(WIDTH, 1);
    private final Tensor finalShift = vector(WIDTH, 0);

    /** The tensors of one block, in the order they are used. */
    private record Layer(
            Tensor scale1,
            Tensor shift1,
            Tensor qkv,
            Tensor qkvBias,
            Tensor out,
            Tensor outBias,
            Tensor scale2,
            Tensor shift2,
            Tensor up,
            Tensor upBias,
            Tensor down,
            Tensor downBias) {}

    private Gpt2Step() {
        for (int i = 0; i < LAYERS; i++) {
            layers.add(new Layer(
                    vector(WIDTH, 1),
                    vector(WIDTH, 0),
                    matrix(3 * WIDTH, WIDTH),
                    vector(3 * WIDTH, 0),
                    matrix(WIDTH, WIDTH),
                    vector(WIDTH, 0),
                    vector(WIDTH, 1),
                    vector(WIDTH, 0),
                    matrix(4 * WIDTH, WIDTH),
                    vector(4 * WIDTH, 0),
                    matrix(WIDTH, 4 * WIDTH),
                    vector(WIDTH, 0)));
        }
    }

    private Tensor matrix(long out, long in) {
        Tensor drawn = torch.randn(new long[] {out, in}).mul_(new Scalar(0.02f));
        return learning(drawn);
    }

    private Tensor vector(long size, float value) {
        return learning(torch.zeros(new long[] {size}).fill_(new Scalar(value)));
    }

    private Tensor learning(Tensor tensor) {
        tensor.set_requires_grad(true);
        parameters.push_back(tensor);
        return tensor;
    }

    /** Mean of -log p(target) over all positions of tokens [B, T]. */
    private Tensor loss(Tensor tokens, Tensor targets, long batch, long length) {
        Tensor positions = torch.arange(new Scalar(length), integers());
        Tensor x = torch.embedding(words, tokens).add(torch.embedding(places, positions)); // [B, T, d]
        for (Layer l : layers) {
            x = x.add(attention(l, norm(x, l.scale1, l.shift1), batch, length));
            Tensor hidden = torch.gelu(linear(norm(x, l.scale2, l.shift2), l.up, l.upBias), "tanh");
            x = x.add(linear(hidden, l.down, l.downBias));
        }
        Tensor logits = torch.linear(norm(x, finalScale, finalShift), words); // [B, T, V]
        return torch.cross_entropy_loss(logits.view(batch * length, VOCABULARY), targets.view(batch * length));
    }

    private static Tensor attention(Layer l, Tensor x, long batch, long length) {
        TensorVector qkv = linear(x, l.qkv, l.qkvBias).split(WIDTH, 2);
        Tensor mixed = torch.scaled_dot_product_attention(
                heads(qkv.get(0), batch, length),
                heads(qkv.get(1), batch, length),
                heads(qkv.get(2), batch, length),
                new TensorOptional(),
                0.0,
                true,
                new DoubleOptional(),
                false); // [B, H, T, d / H]
        return linear(mixed.transpose(1, 2).contiguous().view(batch, length, WIDTH), l.out, l.outBias);
    }

    private static Tensor heads(Tensor x, long batch, long length) {
        return x.view(batch, length, HEADS, WIDTH / HEADS).transpose(1, 2);
    }

    private static Tensor linear(Tensor x, Tensor weight, Tensor bias) {
        return torch.linear(x, weight, new TensorOptional(bias));
    }

    private static Tensor norm(Tensor x, Tensor scale, Tensor shift) {
        return torch.layer_norm(
                x, new long[] {WIDTH}, new TensorOptional(scale), new TensorOptional(shift), 1e-5, true);
    }

    private static TensorOptions integers() {
        return new TensorOptions().dtype(new ScalarTypeOptional(torch.ScalarType.Long));
    }

    /** Milliseconds of one step, and its loss. */
    private double[] step(AdamW adam, Tensor tokens, Tensor targets, long batch, long length, boolean bf16) {
        try (PointerScope scope = new PointerScope()) {
            long start = System.nanoTime();
            adam.zero_grad();
            if (bf16) {
                torch.set_autocast_enabled(torch.DeviceType.CPU, true);
            }
            Tensor loss = loss(tokens, targets, batch, length);
            if (bf16) {
                torch.set_autocast_enabled(torch.DeviceType.CPU, false);
                torch.clear_cache(); // the copies in bf16 are of weights that are about to change
            }
            loss.backward();
            adam.step();
            double milliseconds = (System.nanoTime() - start) / 1e6;
            return new double[] {milliseconds, loss.item_float()};
        }
    }

    public static void main(String[] arguments) {
        String type = arguments.length > 0 ? arguments[0] : "f32";
        if (!type.equals("f32") && !type.equals("bf16")) {
            throw new IllegalArgumentException("type: expected f32 or bf16, found " + type);
        }
        int batch = argument(arguments, 1, 4);
        int length = argument(arguments, 2, 64);
        int threads = argument(arguments, 3, 2);
        int steps = argument(arguments, 4, 7);
        torch.set_num_threads(threads);
        torch.manual_seed(1);
        boolean bf16 = type.equals("bf16");
        if (bf16) {
            torch.set_autocast_dtype(torch.DeviceType.CPU, torch.ScalarType.BFloat16);
        }
        Gpt2Step model = new Gpt2Step();
        AdamWOptions options = new AdamWOptions(1e-4);
        options.weight_decay().put(0.1);
        AdamW adam = new AdamW(model.parameters, options);
        Tensor tokens = torch.randint(VOCABULARY, new long[] {batch, length}, integers());
        Tensor targets = torch.randint(VOCABULARY, new long[] {batch, length}, integers());
        double[] times = new double[steps];
        double first = 0;
        double last = 0;
        for (int step = -WARM_UP; step < steps; step++) {
            double[] found = model.step(adam, tokens, targets, batch, length, bf16);
            first = step == -WARM_UP ? found[1] : first;
            last = found[1];
            if (step >= 0) {
                times[step] = found[0];
            }
        }
        Arrays.sort(times);
        System.out.println("{\"ms_per_step\":" + times[steps / 2] + ",\"first_loss\":" + first + ",\"last_loss\":" + last
                + ",\"threads\":" + torch.get_num_threads() + "}");
    }

    private static int argument(String[] arguments, int at, int otherwise) {
        return arguments.length > at ? Integer.parseInt(arguments[at]) : otherwise;
    }
}
