// Times llama.cpp on a GGUF file as llama-bench does: a prompt of N tokens in one batch from an empty context, and N tokens
// one at a time from an empty context. What is timed is llama_decode and llama_synchronize, nothing else: the binding's own
// queue and sampling stay out.
//
//   node bench.mjs FILE.gguf [prefill=512] [decode=128] [threads=2] [rounds=3]
//
// Prints JSON: tokens per second, medians, the better of flash attention off and on.
import { getLlama, LlamaLogLevel } from "node-llama-cpp";

const WARM_UP = 1;

const median = (xs) => [...xs].sort((a, b) => a - b)[xs.length >> 1];

/** Numbers as any small generator draws them: only their spread matters. */
function randomTokens(count, vocabulary) {
    let state = 1;
    return Uint32Array.from({ length: count }, () => {
        state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
        return Math.floor((state / 2 ** 32) * vocabulary);
    });
}

/** Decodes `tokens` at `position`, asking for the logits of the last one; seconds it took. */
async function decode(context, tokens, position) {
    context.initBatch(tokens.length);
    context.addToBatch(0, position, tokens, Uint32Array.of(tokens.length - 1));
    const start = process.hrtime.bigint();
    await context.decodeBatch();
    return Number(process.hrtime.bigint() - start) / 1e9;
}

async function measure(model, flashAttention, { prefill, written, threads, rounds }) {
    const context = await model.createContext({
        contextSize: Math.max(prefill, written) + 64,
        batchSize: prefill,
        sequences: 1,
        threads: { ideal: threads, min: threads },
        flashAttention,
    });
    const raw = context._ctx;
    raw.setThreads(threads);
    if (raw.getThreads() !== threads) throw new Error(`threads: expected ${threads}, found ${raw.getThreads()}`);
    const tokens = randomTokens(Math.max(prefill, written), model.fileInfo.metadata.tokenizer.ggml.tokens.length);
    const prefills = [];
    const decodes = [];
    for (let round = -WARM_UP; round < rounds; round++) {
        raw.disposeSequence(0);
        const read = await decode(raw, tokens.subarray(0, prefill), 0);
        raw.disposeSequence(0);
        let wrote = 0;
        for (let i = 0; i < written; i++) wrote += await decode(raw, tokens.subarray(i, i + 1), i);
        if (round >= 0) {
            prefills.push(prefill / read);
            decodes.push(written / wrote);
        }
    }
    await context.dispose();
    return { prefill: median(prefills), decode: median(decodes) };
}

async function main([file, prefill = 512, written = 128, threads = 2, rounds = 3]) {
    const settings = { prefill: +prefill, written: +written, threads: +threads, rounds: +rounds };
    const llama = await getLlama({ build: "never", gpu: false, maxThreads: settings.threads, logLevel: LlamaLogLevel.error });
    const model = await llama.loadModel({ modelPath: file, gpuLayers: 0 });
    const off = await measure(model, false, settings);
    const on = await measure(model, true, settings);
    console.log(JSON.stringify({
        prefill_tokens_per_second: Math.max(off.prefill, on.prefill),
        decode_tokens_per_second: Math.max(off.decode, on.decode),
        flash_attention: { prefill: on.prefill > off.prefill, decode: on.decode > off.decode },
        release: llama.llamaCppRelease.release,
        cpu: llama.systemInfo.trim(),
    }));
    process.exit(0);
}

await main(process.argv.slice(2));
