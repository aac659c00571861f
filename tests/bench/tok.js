// tok.js - times a tokenizer of npm: node tok.js PROGRAM JOB TOKENIZER TEXT [IDS]
//
// PROGRAM is one of tiktoken (Rust as WebAssembly), tiktoken-node (Rust), gpt-tokenizer
// (JavaScript), kitoken (Rust as WebAssembly), tokenizers (Hugging Face's, Rust), which are looked
// for in NODE_PATH.  JOB is encode, or train, which only tokenizers can: a byte-level BPE of 30000
// tokens.  TOKENIZER is a tokenizer.json; the first three only know that of GPT-2.  Writes the
// seconds of CPU and of the clock that the better of two runs took, loading not included, and to
// IDS the ids, as 32-bit numbers.  Exit status 1: there is no such program here.
'use strict';
const fs = require('fs');
const [program, job, tokenizer, file, output] = process.argv.slice(2);

const makers = {
    tiktoken: m => { const e = m.get_encoding('gpt2'); return t => e.encode(t, [], []); },
    'tiktoken-node': m => { const e = m.getEncoding('gpt2'); return t => e.encode(t); },
    'gpt-tokenizer': m => t => m.encode(t),
    kitoken: m => {
        const k = m.Kitoken.from_tokenizers(fs.readFileSync(tokenizer));
        return t => k.encode(t);
    },
    // Some lines at a time: all at once would take gigabytes, as it notes where every token stands.
    // They are cut where no piece goes on.
    tokenizers: m => {
        const k = m.Tokenizer.fromFile(tokenizer);
        return async t => {
            const ids = [], lines = t.split(/(?<=\S)(?=\n)/);
            for (let i = 0; i < lines.length; i += 1000) {
                const some = lines.slice(i, i + 1000);
                for (const e of await k.encodeBatch(some, {addSpecialTokens: false}))
                    for (const id of e.getIds()) ids.push(id);
            }
            return ids;
        };
    },
};

function load() {
    const names = {'gpt-tokenizer': 'gpt-tokenizer/encoding/r50k_base', kitoken: 'kitoken/node'};
    try {
        return require(names[program] || program);
    } catch {
        process.exit(1);
    }
}

function trainer(m) {
    return () => {
        const t = new m.Tokenizer(m.BPE.empty());
        t.setPreTokenizer(m.byteLevelPreTokenizer(false, true));
        t.train([file]);
    };
}

async function main() {
    const module = load();
    const run = job === 'train' ? trainer(module) : makers[program](module);
    const text = job === 'train' ? '' : fs.readFileSync(file, 'utf8');
    const best = [Infinity, Infinity];
    for (let i = 0; i < (job === 'train' ? 1 : 2); i++) {
        const cpu = process.cpuUsage(), start = performance.now();
        const ids = await run(text);
        const used = process.cpuUsage(cpu);
        best[0] = Math.min(best[0], (used.user + used.system) / 1e6);
        best[1] = Math.min(best[1], (performance.now() - start) / 1e3);
        if (ids && i === 0) fs.writeFileSync(output, Buffer.from(Uint32Array.from(ids).buffer));
    }
    console.log(best.map(x => x.toFixed(4)).join(' '));
}

main();
