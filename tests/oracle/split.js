// split.js - the pieces of texts by regular expressions of JavaScript: prints split.tsv
//
//     node tests/oracle/split.js >tests/oracle/split.tsv
//
// A line has the bytes of a text in hexadecimal, the lengths in bytes of the pieces of GPT-2's
// pattern (encoder.py), and the words of BERT's BasicTokenizer (tokenization.py), in hexadecimal
// too: as they are, and in lower case without accents; = where these are the same.
'use strict';

// \s of Python's regular expressions, not that of JavaScript.
const S = '\\t-\\r \\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';
const gpt2 = new RegExp("'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^" + S +
                        '\\p{L}\\p{N}]+|[' + S + ']+(?![^' + S + '])|[' + S + ']+', 'gu');

const ideographs = [[0x4e00, 0x9fff], [0x3400, 0x4dbf], [0x20000, 0x2a6df], [0x2a700, 0x2b73f],
                    [0x2b740, 0x2b81f], [0x2b820, 0x2ceaf], [0xf900, 0xfaff], [0x2f800, 0x2fa1f]];

function clean(text) {
    return [...text].map(c => {
        const code = c.codePointAt(0);
        if (/[\t\n\r]|\p{Zs}/u.test(c)) return ' ';
        if (code === 0 || code === 0xfffd || /\p{Cc}|\p{Cf}/u.test(c)) return '';
        return ideographs.some(([a, b]) => code >= a && code <= b) ? ` ${c} ` : c;
    }).join('');
}

function words(text) { // str.split of Python, once clean() was there
    return text.split(/[ \u2028\u2029]+/u).filter(word => word);
}

function bert(text, lower) {
    const found = words(clean(text)).map(word => {
        if (lower) word = word.toLowerCase().normalize('NFD').replace(/\p{Mn}/gu, '');
        return word.replace(/[!-\/:-@\[-`{-~]|\p{P}/gu, c => ` ${c} `);
    });
    return words(found.join(' '));
}

const made = [
    "it's IT'S don't we're WE'RE I've I'm you'll he'd 'tis rock'n'roll x'lly ''s '''ll 'd've",
    'it\u2019s don\u2019t \u2018quoted\u2019 l\u2019\u00e9t\u00e9 d\u02bcaccord',
    'a\u00a0b \u00a0c\u00a0 \u00a0', 'a\u3000b \u3000c\u3000\u3000d', 'a\u0085b \u0085 c',
    'one\u2028two \u2029three \u2028 \u2028', 'a\u200bb \u200b c\ufeffd',
    '\u1680a\u202fb\u205fc\u2000\u200a', 'trailing   ', '  leading', 'in   the   middle', ' ', '  ',
    '\n', 'a\n\n\nb\n', 'a \n b', 'line\r\nline\r\n', 'a\rb\r\r\nc', 'tab\tand\t\ttab \t mixed\t ',
    '\u000b\u000c\u001c\u001d\u001e\u001f a\u001fb',
    '\ud83d\udc68\u200d\ud83d\udc69\u200d\ud83d\udc67' +
        ' family\ud83d\ude00!\ud83c\uddeb\ud83c\uddf7 1\ufe0f\u20e3 \u2764\ufe0f',
    '\u0663\u0664\u0665 \u096b\u096c \u0e51\u0e52 \uff11\uff12 123abc45',
    'x\u00b2+y\u00b3=\u00bd\u2075 \u2160\u2161 \u2460 \u3007 \u4e94',
    '\u1112\u1161\u11ab\u1100\u1173\u11af', '\ud55c\uad6d\uc5b4 \ud55c\uae00\uc774 \uac00\uac01',
    '\uac00\u1100\u1161\u11a8 \u3131\u314f',
    '\u0928\u092e\u0938\u094d\u0924\u0947 \u0939\u093f\u0928\u094d\u0926\u0940',
    '\u0ba4\u0bae\u0bbf\u0bb4\u0bcd \u0e20\u0e32\u0e29\u0e32\u0e44\u0e17\u0e22',
    'e\u0301 \u0301 e\u0301\u0302x \u0301\u0301', 'a\u0903b \u093e \u20ddc',
    'soft\u00adhyphen \u00ad co\u00adop', '\ufeffmark at the beginning', 'a\0b \0 \0\0c',
    'a\ufffdb \ufffd \ufffd\ufffd',
    '\u039f\u0394\u03a5\u03a3\u03a3\u0395\u03a5\u03a3 \u03a3 \u03a3\u03a3 \u03b1\u03a3' +
        ' \u03a3\u03b1',
    '\u0391\u03a3\u00b7 \u0391\u03a3\u0027 \u0391\u03a3\u0027\u0391 \u0391\u0301\u03a3\u0301' +
        ' \u0391\u03a3\u00ad\u0391 \u0391\u03a3\u0001\u0391 1\u03a3 a\u03a3\u4e2d\u4e2d\u03a3',
    '\u0391\u02b0\u03a3 \u0391\u03a3\u02b0 .\u03a3. \u0391.\u03a3.\u0391' +
        ' \u0391\u03a3\u00a0\u0391 \u0391\u00a0\u03a3 \u0391\u03a3\u2028\u0391',
    '\u0391\u03a3\u0345 \u0345\u03a3 \u24b6\u03a3 \u0391\u03a3\u24b6 \u0391\ufffd\u03a3\ufffd' +
        ' \u05d0\u03a3 \u0391\u05d0\u03a3',
    '\u0130stanbul I\u0131\u0130i \u0130\u0307',
    '\u00c5ngstr\u00f6m \u212b \u2126 \u212a \u1e9e \u00df \ufb01n \u01c4\u01c5\u01c6',
    '\u1f08\u1f80\u1fbc \u1ffc \u03d3\u03d4 \u0344 \u037e \u0387 \u1fef \u2000\u2001',
    '\u1d15e \u0958\u09dc\u0f43 \u2adc \ufb1d\ufb2a',
    '\u6211\u7231\u5317\u4eac\u3002\u5f88\u201c\u597d\u201d\uff0c\u4e2d\u6587abc\u4e2d3\u6587',
    '\u3042\u30a2\u4e00\u3005\u3006 \u30ac\u304c\uff76\uff9e',
    '\u9fff\ua000\u3400\u4dbf\u4dc0 \uf900\ufaff\ufb00 \ud840\udc00\ud869\uded6 \ud87e\udc00',
    'for (int i = 0; i < n; i++) { x[i] += f(y, "s\\n") ? a->b : ~c; }\n\treturn x; // done',
    'if x:\n    pass\n\n    # comment\n', '<|endoftext|> [CLS] ##ing </w> <unk> <s>',
    'http://a.b/c?d=e&f=%20#g_h user@host',
    '$100,000.00 \u20ac5 \u00a37 50% \u2116 1/2 3.14e-10 1st',
    '--- \u2014\u2013 ... \u2026 ?! \u00bfqu\u00e9? \u00a1no! \u00abx\u00bb',
    '\ue000\uf8ff \udb80\udc00 a\ue000b',
    '\ud835\udc00\ud835\udc01\ud835\udfce \ud801\udc00\ud801\udc28', '\udb40\udc01x\udb40\udd00',
    '\u0300', "'", " '", "' s", "a'", "'s", "'S", "'re", "'r", "'\u017f",
    '\u0e33\u0eb3 \u0f77\u0f79\u0f81 \u1b06\u30fa',
    '\u064e\u0627\u0644\u0639\u0631\u0628\u064a\u0629\u060c \u061f \u0640 \u0660',
];

// Characters that Unicode 14 has, in blocks where later versions added none.
const blocks = [
    [0x00, 0x7f], [0x20, 0x7e], [0x20, 0x7e], [0x61, 0x7a], [0x61, 0x7a], [0x80, 0xff],
    [0x100, 0x24f], [0x250, 0x36f], [0x384, 0x3ff], [0x391, 0x3a9], [0x400, 0x52f], [0x531, 0x556],
    [0x591, 0x5ea], [0x600, 0x6ff], [0x900, 0x97f], [0xb82, 0xbcd], [0xe01, 0xe5b], [0xf00, 0xf47],
    [0x10a0, 0x10ff], [0x1100, 0x11ff], [0x13a0, 0x13fd], [0x1e00, 0x1eff], [0x1f00, 0x1fff],
    [0x2000, 0x206f], [0x2000, 0x202f], [0x2070, 0x209c], [0x20d0, 0x20f0], [0x2100, 0x218b],
    [0x2190, 0x22ff], [0x2460, 0x24ff], [0x2c60, 0x2c7f], [0x3000, 0x3029], [0x3030, 0x30ff],
    [0x3300, 0x33ff], [0x3400, 0x34ff], [0x4dc0, 0x4eff], [0xac00, 0xacff], [0xe000, 0xe0ff],
    [0xf900, 0xfaff], [0xfb00, 0xfb4f], [0xfe00, 0xfe6b], [0xff00, 0xffef], [0xfff9, 0xfffd],
    [0x10400, 0x1044f], [0x1d400, 0x1d7ff], [0x1f600, 0x1f64f], [0x20000, 0x200ff],
    [0x2f800, 0x2f8ff], [0xe0100, 0xe01ef],
];

let state = 1;
function below(n) { // a linear congruence; its high bits
    state = Number((BigInt(state) * 6364136223846793005n + 1442695040888963407n) % (1n << 53n));
    return Math.floor(state / 2 ** 53 * n);
}

function mixture() {
    const own = [[0x20, 0x7e]];
    for (let i = 0; i < 3; i++) own.push(blocks[below(blocks.length)]);
    let text = '';
    for (let length = 8 + below(16); length > 0;) {
        const [from, to] = own[below(own.length)];
        const c = String.fromCodePoint(from + below(to - from + 1));
        if (/\p{Cn}/u.test(c)) continue;
        text += below(8) === 0 ? ' ' : below(40) === 0 ? "'s" : c;
        length--;
    }
    return text;
}

const hex = text => Buffer.from(text).toString('hex');
const texts = made.slice();
for (let i = 0; i < 150; i++) texts.push(mixture());
for (const text of texts) {
    const pieces = text.match(gpt2) || [];
    const cased = bert(text, false).map(hex).join(' '), lower = bert(text, true).map(hex).join(' ');
    if (pieces.join('') !== text) throw new Error(`lost text in ${hex(text)}`);
    console.log([hex(text), pieces.map(p => Buffer.byteLength(p)).join(' '), cased,
                 lower === cased ? '=' : lower].join('\t'));
}
