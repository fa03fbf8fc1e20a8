// Measures Athanor, llama.cpp and libtorch in turn and prints a Markdown table with the ratios; see README.md.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, renameSync } from "node:fs";
import { loadavg } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const HERE = dirname(fileURLToPath(import.meta.url));
const ATHANOR = join(HERE, "..", "..", "athanor");
const JAVA = process.env.JAVA_HOME ? join(process.env.JAVA_HOME, "bin", "java") : "java";
const LIBTORCH = join(HERE, "target", "libtorch");

/** Numbers in the matrices of a layer of llama-1.1b, times its layers: what a prompt's token meets, the head aside. */
const LLAMA_MATRICES = 22 * (2 * 2048 * 2048 + 2 * 2048 * 256 + 3 * 2048 * 5632);

const USAGE = `Usage: bench/peers/run [--formats LIST] [--rounds N] [--prefill N] [--decode N] [--threads N]
                       [--passes N] [--shape NAME] [--models DIR] [--skip-inference] [--skip-training]

  --formats LIST     of q8_0,q4_0,q4_k,f16,bf16 (default: all)
  --rounds N         how often all take their turn; medians over them count (default: 3)
  --passes N         passes that count within a turn, of libtorch three times as many steps (default: 3)
  --prefill N, --decode N, --threads N   (default: 512, 128, 2)
  --shape NAME       of athanor bench model (default: llama-1.1b)
  --models DIR       where the models are, or are made (default: bench/peers/target/models)`;

const options = () => {
    const text = (otherwise) => ({ type: "string", default: otherwise });
    const { values } = parseArgs({
        options: {
            formats: text("q8_0,q4_0,q4_k,f16,bf16"),
            rounds: text("3"),
            passes: text("3"),
            prefill: text("512"),
            decode: text("128"),
            threads: text("2"),
            shape: text("llama-1.1b"),
            models: text(join(HERE, "target", "models")),
            "skip-inference": { type: "boolean", default: false },
            "skip-training": { type: "boolean", default: false },
            help: { type: "boolean", default: false },
        },
    });
    return values;
};

const say = (sentence) => console.error(`run: ${sentence}`);

const median = (xs) => [...xs].sort((a, b) => a - b)[xs.length >> 1];

/** What a measuring program printed as JSON, its last line; or the last line of its errors. */
function measured(command, args, env = {}) {
    const done = spawnSync(command, args, { encoding: "utf8", env: { ...process.env, ...env }, maxBuffer: 1 << 26 });
    if (done.error) return { error: done.error.message };
    if (done.status !== 0) return { error: failure(done.stderr) };
    return { result: JSON.parse(done.stdout.trim().split("\n").at(-1)) };
}

/** The sentence in a failed program's errors: Athanor's own, else the last line. */
function failure(stderr) {
    const lines = stderr.trim().split("\n");
    return lines.find((line) => line.startsWith("athanor: ")) ?? lines.filter((line) => !line.startsWith("WARNING")).at(-1) ?? "";
}

function install() {
    if (!existsSync(join(HERE, "llama-cpp", "node_modules", "node-llama-cpp"))) {
        say("fetching llama.cpp (node-llama-cpp)");
        const args = ["install", "--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts", "--silent"];
        execFileSync("npm", args, { cwd: join(HERE, "llama-cpp"), stdio: ["ignore", "ignore", "inherit"] });
    }
}

function installLibtorch() {
    if (existsSync(LIBTORCH)) return;
    say("fetching libtorch (org.bytedeco:pytorch)");
    const systems = { linux: "linux", darwin: "macosx", win32: "windows" };
    const chips = { x64: "x86_64", arm64: "arm64" };
    const platform = `${systems[process.platform]}-${chips[process.arch]}`;
    const partial = `${LIBTORCH}.part`;
    const args = ["-q", "-ntp", "-B", "-f", join(HERE, "libtorch", "pom.xml"), `-Dplatform=${platform}`,
        "dependency:copy-dependencies", `-DoutputDirectory=${partial}`];
    execFileSync("mvn", args, { stdio: ["ignore", "ignore", "inherit"] });
    renameSync(partial, LIBTORCH);
}

/** The file of random weights, made when it is not there. */
function model(format, { models, shape }) {
    const file = join(models, `${shape}-${format}.gguf`);
    if (!existsSync(file)) {
        say(`making ${file}`);
        mkdirSync(models, { recursive: true });
        execFileSync(ATHANOR, ["bench", "model", "--shape", shape, "--type", format, "--out", file], { stdio: ["ignore", "ignore", "inherit"] });
    }
    return file;
}

/**
 * Lets `peers` take turns for `rounds` rounds. A peer that fails leaves, with the sentence it failed with.
 *
 * @param peers [name, function that measures once]
 * @returns results by name, one per round, and sentences
 */
function inTurn(peers, rounds, what) {
    const found = new Map();
    const left = new Map();
    for (let round = 0; round < rounds; round++) {
        for (const [name, measure] of peers) {
            if (left.has(name)) continue;
            say(`${what}, round ${round + 1} of ${rounds}: ${name}`);
            const { result, error } = measure();
            if (error === undefined) {
                found.set(name, [...(found.get(name) ?? []), result]);
            } else {
                left.set(name, error);
                found.delete(name);
            }
        }
    }
    return { found, left };
}

/** The median of the rounds' own ratios: what slows a whole round slows both. */
const ratio = (ours, theirs, value) => median(ours.map((x, i) => value(x) / value(theirs[i])));

function inference(settings, notes) {
    const { prefill, decode, threads, passes, shape } = settings;
    const rows = [];
    for (const format of settings.formats.split(",")) {
        const file = model(format, settings);
        const athanor = (matmul) => () => measured(ATHANOR, ["bench", "run", "--model", file, "--prefill", prefill,
            "--decode", decode, "--threads", threads, "--rounds", passes, "--matmul", matmul, "--json"]);
        const { found, left } = inTurn([
            ["llama.cpp", () => measured("node", [join(HERE, "llama-cpp", "bench.mjs"), file, prefill, decode, threads, passes])],
            ["vector", athanor("vector")],
            ["onednn", athanor("onednn")],
        ], +settings.rounds, format);
        left.forEach((sentence, name) => notes.add(`${name}, ${format}: not measured: ${sentence}`));
        for (const [name, results] of found) rows.push(row(format, name, results, found.get("llama.cpp"), shape));
    }
    return table(
        ["format", "with", `prefill ${prefill}, tok/s`, "of llama.cpp", "GFLOP/s", `decode ${decode}, tok/s`, "of llama.cpp", "weights read, GB/s"],
        rows);
}

function row(format, name, results, theirs, shape) {
    const value = (key) => (result) => result[key];
    const prefill = value("prefill_tokens_per_second");
    const decode = value("decode_tokens_per_second");
    const times = (key) => name === "llama.cpp" || theirs === undefined ? "" : `${ratio(results, theirs, key).toFixed(2)} ×`;
    const gflops = shape === "llama-1.1b" ? (2 * LLAMA_MATRICES * median(results.map(prefill)) / 1e9).toFixed(0) : "";
    const memory = results[0].memory_gb_per_second === undefined ? ""
        : `${median(results.map(value("memory_gb_per_second"))).toFixed(1)} of ${median(results.map(value("memory_peak_gb_per_second"))).toFixed(1)}`;
    const flash = results[0].flash_attention === undefined ? "" : ` ${results[0].release}`;
    return [format.toUpperCase(), name === "llama.cpp" ? name + flash : `Athanor, ${name}`, median(results.map(prefill)).toFixed(1),
        times(prefill), gflops, median(results.map(decode)).toFixed(1), times(decode), memory];
}

function training(settings, notes) {
    installLibtorch();
    const shape = ["--shape", "gpt2-124m", "--batch", "4", "--context", "64"];
    const athanor = (...more) => () => measured(ATHANOR, ["bench", "train", ...shape, "--threads", settings.threads, "--json", ...more]);
    const libtorch = (type) => () => measured(JAVA, ["--enable-native-access=ALL-UNNAMED", "-Dorg.bytedeco.javacpp.nopointergc=true",
        "-cp", [LIBTORCH, "*"].join("/"), join(HERE, "libtorch", "Gpt2Step.java"), type, "4", "64", settings.threads, String(3 * settings.passes)],
        { OMP_WAIT_POLICY: "passive", OMP_NUM_THREADS: settings.threads });
    const { found, left } = inTurn([
        ["libtorch, FP32", libtorch("f32")],
        ["Athanor", athanor()],
        ["libtorch, bf16 autocast", libtorch("bf16")],
        ["Athanor, onednn", athanor("--matmul", "onednn")],
    ], +settings.rounds, "training");
    left.forEach((sentence, name) => notes.add(`${name}, training: not measured: ${sentence}`));
    const speed = (result) => 1 / result.ms_per_step;
    const of = (name, peer) => found.has(peer) && found.has(name) && name !== peer ? `${ratio(found.get(name), found.get(peer), speed).toFixed(2)} ×` : "";
    return table(
        ["GPT-2 124M, B=4 T=64", "ms a step", "speed of libtorch FP32", "of libtorch bf16"],
        [...found].map(([name, results]) => [name, median(results.map((r) => r.ms_per_step)).toFixed(0),
            of(name, "libtorch, FP32"), of(name, "libtorch, bf16 autocast")]));
}

function table(head, rows) {
    const line = (cells) => `| ${cells.join(" | ")} |`;
    return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

function main() {
    let settings;
    try {
        settings = options();
    } catch (problem) {
        console.error(`run: ${problem.message}\n${USAGE}`);
        return 2;
    }
    if (settings.help) {
        console.log(USAGE);
        return 0;
    }
    const notes = new Set();
    const busy = loadavg()[0];
    if (busy > 0.5) notes.add(`the machine had other work when this began (load ${busy.toFixed(1)}): the figures are too low, and peers that wait by spinning lose most`);
    const parts = [];
    if (!settings["skip-inference"]) {
        install();
        parts.push(inference(settings, notes));
    }
    if (!settings["skip-training"]) parts.push(training(settings, notes));
    console.log(parts.join("\n\n"));
    if (notes.size > 0) console.log(`\n${[...notes].map((note) => `- ${note}`).join("\n")}`);
    return 0;
}

process.exitCode = main();
