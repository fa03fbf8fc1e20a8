// Opens a GGUF file with llama.cpp and compares the distribution over the next token at every position.
//
//   node compare.mjs FILE.gguf expected.safetensors [N]         with logits another program computed (first N positions)
//   node compare.mjs FILE.gguf --athanor ATHANOR MODEL PROMPT   with `ATHANOR next --json` and `generate --json` of MODEL
//
// Prints the largest difference of a probability and how many positions have the same likeliest token, and in the second
// form whether both cut the prompt into the same tokens and continue it greedily with the same 40; exit code 1 when a
// probability differs by more than 1e-3 or a token is another one without a tie within 1e-3.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { getLlama, LlamaLogLevel } from "node-llama-cpp";

const BOUND = 1e-3;

/** All tensors of a safetensors file, F32 and I64 only. */
function safetensors(path) {
    const bytes = readFileSync(path);
    const length = Number(bytes.readBigUInt64LE(0));
    const header = JSON.parse(bytes.toString("utf8", 8, 8 + length));
    const tensors = {};
    for (const [name, t] of Object.entries(header)) {
        if (name === "__metadata__") continue;
        const at = 8 + length;
        const data = Uint8Array.from(bytes.subarray(at + t.data_offsets[0], at + t.data_offsets[1])).buffer;
        tensors[name] = {
            shape: t.shape,
            data: t.dtype === "I64" ? Array.from(new BigInt64Array(data), Number) : new Float32Array(data),
        };
    }
    return tensors;
}

function softmax(logits) {
    const most = logits.reduce((a, b) => Math.max(a, b), -Infinity);
    const e = Array.from(logits, (x) => Math.exp(x - most));
    const sum = e.reduce((a, b) => a + b, 0);
    return e.map((x) => x / sum);
}

/** Next-token probabilities after every token, as maps from id to probability. */
async function probabilities(model, ids) {
    const context = await model.createContext({ contextSize: Math.max(64, ids.length + 1), batchSize: 64 });
    const sequence = context.getSequence();
    const next = { generateNext: { probabilities: true, token: true, options: { temperature: 1, topK: 0, topP: 1, minP: 0 } } };
    const out = await sequence.controlledEvaluate(ids.map((id) => [id, next]));
    await context.dispose();
    return out.map((o) => o.next.probabilities);
}

/** Compares one position; ties within the bound count as the same token. */
function compare(expected, found, totals) {
    let best = 0;
    for (let id = 0; id < expected.length; id++) {
        totals.largest = Math.max(totals.largest, Math.abs(expected[id] - (found.get(id) ?? 0)));
        if (expected[id] > expected[best]) best = id;
    }
    const theirs = [...found.entries()].reduce((a, b) => (b[1] > a[1] ? b : a))[0];
    totals.positions++;
    if (theirs === best || expected[best] - expected[theirs] <= BOUND) totals.same++;
}

/** Whether both continue {@code prompt} greedily with the same tokens. */
async function sameText(model, athanor, path, prompt, ids) {
    const json = (args) => JSON.parse(execFileSync(athanor, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }));
    const cut = json(["tokenize", "--model", path, "--text", prompt, "--json"]).ids;
    const expected = json(["generate", "--model", path, "--prompt", prompt, "--temperature", "0", "--max-tokens", "40", "--json"]);
    const context = await model.createContext({ contextSize: ids.length + 64 });
    const found = [];
    for await (const id of context.getSequence().evaluate(ids, { temperature: 0, yieldEogToken: true })) {
        found.push(id);
        if (found.length === expected.ids.length) break;
    }
    await context.dispose();
    const same = (a, b) => a.length === b.length && a.every((x, i) => x === b[i]);
    console.log(`${prompt}|${expected.text}`);
    console.log(`tokens of the prompt ${same(cut, ids) ? "equal" : `differ: ${cut} and ${ids}`}; greedy continuation `
        + (same(found, expected.ids) ? `of ${found.length} tokens equal` : `differs: ${expected.ids} and ${found}`));
    return same(cut, ids) && same(found, expected.ids);
}

async function main([file, ...rest]) {
    const llama = await getLlama({ build: "never", gpu: false, logLevel: LlamaLogLevel.error });
    const model = await llama.loadModel({ modelPath: file, gpuLayers: 0 });
    let failed = false;
    const totals = { largest: 0, positions: 0, same: 0 };
    if (rest[0] === "--athanor") {
        const [, athanor, path, prompt] = rest;
        const args = ["next", "--model", path, "--prompt", prompt, "--top", "1000000000", "--json"];
        const rows = JSON.parse(execFileSync(athanor, args, { encoding: "utf8", maxBuffer: 1 << 30, stdio: ["ignore", "pipe", "ignore"] }));
        const expected = [];
        for (const row of rows) expected[row.id] = row.p;
        const ids = model.tokenize(prompt, false);
        compare(expected, (await probabilities(model, ids)).at(-1), totals);
        failed = !await sameText(model, athanor, path, prompt, ids);
    } else {
        const tensors = safetensors(rest[0]);
        const most = Number(rest[1] ?? Infinity);
        const [batch, length] = tensors.input_ids.shape;
        const vocabulary = tensors.logits.shape[2];
        for (let b = 0; b < batch; b++) {
            const found = await probabilities(model, tensors.input_ids.data.slice(b * length, (b + 1) * length));
            for (let i = 0; i < Math.min(length, most); i++) {
                const at = (b * length + i) * vocabulary;
                compare(softmax(tensors.logits.data.subarray(at, at + vocabulary)), found[i], totals);
            }
        }
    }
    console.log(`${file}: largest difference of a probability ${totals.largest.toExponential(2)}, `
        + `same greedy token at ${totals.same} of ${totals.positions} positions`);
    process.exit(!failed && totals.largest <= BOUND && totals.same === totals.positions ? 0 : 1);
}

await main(process.argv.slice(2));
