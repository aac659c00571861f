#!/usr/bin/env python3
"""Tokenizers trained by the rule that tok-train.1 states, all counted anew for every merge, and
texts encoded by them: tokenizer.py ../../data > tokenizer.tsv

A row `case` has kind, tokens wanted, least count, score, lower, special tokens (-: those of the
kind), text (FILE:LINES, or = and the text); a row `tokens` the spellings in the order of ids, `merges`
(not for wordpiece) pairs of ids; a row `ids` a text and its ids.  Control characters, blanks and
backslashes are written \\xHH."""
import re
import sys
import unicodedata
from collections import Counter

MARKS = {'byte-bpe': ['<|endoftext|>'], 'byte': ['<|endoftext|>'],
         'wordpiece': ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]']}
SPACE = re.compile('[\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]')
IDEOGRAPH = re.compile('([\u4e00-\u9fff\u3400-\u4dbf\U00020000-\U0002a6df\U0002a700-\U0002b73f'
                       '\U0002b740-\U0002b81f\U0002b820-\U0002ceaf\uf900-\ufaff'
                       '\U0002f800-\U0002fa1f])')
kind_of = unicodedata.category


def gpt2_class(c):
    if SPACE.match(c):
        return ' ' if c == ' ' else '\n'
    return c if c in "strevmld'" else {'L': 'L', 'N': 'N'}.get(kind_of(c)[0], 'O')


def gpt2_pieces(text):
    pattern = r"'(?:[stmd]|re|ve|ll)| ?[Lstrevmld]+| ?N+| ?[O']+|\s+(?!\S)|\s+"
    for m in re.finditer(pattern, ''.join(map(gpt2_class, text))):
        yield text[m.start():m.end()].encode('utf-8', 'surrogateescape')


def bert_words(text, lower):
    text = ''.join(c for c in text if c in '\t\n\r' or
                   not (c == '\ufffd' or kind_of(c) in ('Cc', 'Cf', 'Cs')))
    for word in IDEOGRAPH.sub(r' \1 ', text).split():
        if lower:
            word = unicodedata.normalize('NFD', word.lower())
            word = ''.join(c for c in word if kind_of(c) != 'Mn')
        yield from ''.join(f' {c} ' if kind_of(c)[0] == 'P' or c in '$+<=>^`|~' else c
                           for c in word).split()


def pieces(kind, text, lower):
    if kind == 'byte-bpe':
        return gpt2_pieces(text)
    if kind in ('bpe', 'wordpiece'):
        return bert_words(text, lower)
    return re.findall(r'[^ \t\r\n\0]+' if kind == 'word' else r'(?s).', text)


def letters(kind, piece):  # what merging begins with
    if kind == 'bpe':
        return [*piece[:-1], piece[-1] + '</w>']
    if kind == 'byte-bpe':
        return [bytes([b]) for b in piece]
    return [piece[0]] + ['##' + c for c in piece[1:]]


def most_frequent(counts, most, least, place):
    found = sorted((s for s in counts if counts[s] >= least), key=lambda s: (-counts[s], place(s)))
    return sorted(found[:most], key=place)


def alphabet(kind, counts, room, least):
    """All tokens that are no merges."""
    times = Counter()
    for piece, n in counts.items():
        for s in letters(kind, piece) if kind == 'wordpiece' else [piece] if kind == 'word' else piece:
            times[s] += n
    if kind == 'byte-bpe':
        return [bytes([b]) for b in range(256)]
    if kind == 'word':
        return sorted((w for w in times if times[w] >= least),
                      key=lambda w: (-times[w], w.encode('utf-8', 'surrogateescape')))
    if kind == 'wordpiece':
        return most_frequent(times, room, 1, lambda s: (len(s) > 1, s[-1]))
    if kind == 'char':  # bytes that are no characters come last
        return most_frequent(times, room, least, lambda c: ('\udc80' <= c <= '\udcff', c))
    chars = most_frequent(times, room // 2, 1, lambda c: c)
    return chars + [c + '</w>' for c in chars]


def merged(seq, pair, new):
    out, i = [], 0
    while i < len(seq):
        both = tuple(seq[i:i + 2]) == pair
        out.append(new if both else seq[i])
        i += 1 + both
    return out


def sequences(kind, piece, ids):
    """What has pairs: what is unknown has none, with wordpiece no part of the word has."""
    seq = [ids.get(s) for s in letters(kind, piece)]
    if kind == 'wordpiece' and (None in seq or len(seq) > 200):
        return []
    cuts = [-1] + [i for i, s in enumerate(seq) if s is None] + [len(seq)]
    return [seq[a + 1:b] for a, b in zip(cuts, cuts[1:])]


def best_pair(seqs, least, score):
    pairs, single = Counter(), Counter()
    for seq, n in seqs:
        for s in seq:
            single[s] += n
        for pair in zip(seq, seq[1:]):
            pairs[pair] += n

    def value(pair):
        chance = float(single[pair[0]]) * float(single[pair[1]])
        return pairs[pair] / chance if score == 'likelihood' else pairs[pair]
    return sorted((-value(p), p) for p in pairs if pairs[p] >= least)


def train(kind, text, size, least, score, lower, marks):
    last = kind in ('byte-bpe', 'byte')  # are the special tokens the last ones?
    spell = (lambda s: s.encode()) if last else (lambda s: s)
    marks = [spell(s) for s in marks]
    docs = [d.strip('\n') for d in re.split('\n\n+', text)]
    counts = Counter(p for d in docs for p in pieces(kind, d, lower))
    if kind == 'wordpiece':
        counts = {p: n for p, n in counts.items() if len(p) <= 200}
    tokens = [] if last else list(marks)
    tokens += [s for s in alphabet(kind, counts, size - len(marks), least) if s not in marks]
    tokens, merges = tokens[:size], []
    if kind in ('byte-bpe', 'bpe', 'wordpiece'):
        ids = {s: i for i, s in enumerate(tokens) if last or i >= len(marks)}
        seqs = [(s, n) for p, n in counts.items() for s in sequences(kind, p, ids)]
        while len(tokens) < size - len(marks) * last:
            for _, (a, b) in best_pair(seqs, least, score):
                new = tokens[a] + (tokens[b][2:] if kind == 'wordpiece' else tokens[b])
                if new not in marks and new not in tokens:
                    break
            else:
                break
            seqs = [(merged(seq, (a, b), len(tokens)), n) for seq, n in seqs]
            tokens.append(new)
            merges.append((a, b))
    return tokens + marks * last, merges


def longest_first(piece, ids):
    out, at = [], 0
    while at < len(piece):
        ends = [i for i in range(at + 1, len(piece) + 1) if '##' * (at > 0) + piece[at:i] in ids]
        if not ends or len(piece) > 200:
            return None
        out.append(ids['##' * (at > 0) + piece[at:ends[-1]]])
        at = ends[-1]
    return out


def encode(kind, text, lower, tokens, merges, marks):
    out = []
    ids = {s: i for i, s in enumerate(tokens) if s not in marks or s in ('<unk>', '[UNK]')}
    unk = ids.get('<unk>', ids.get('[UNK]'))
    rank = {pair: i for i, pair in enumerate(merges)}
    for piece in pieces(kind, text, lower):
        if kind in ('word', 'char'):
            out.append(ids.get(piece, unk))
        elif kind == 'wordpiece':
            out += longest_first(piece, ids) or [unk]
        else:
            seq = [ids.get(s, unk) for s in letters(kind, piece)]
            while found := [rank[p] for p in zip(seq, seq[1:]) if p in rank]:
                a, b = merges[min(found)]
                seq = merged(seq, (a, b), ids[tokens[a] + tokens[b]])
            out += seq
    return out


def escaped(s):
    s = s if isinstance(s, bytes) else s.encode('utf-8', 'surrogateescape')
    s = re.sub(rb'[\x00- \x7f\\]', lambda m: b'\\x%02X' % m[0][0], s)
    return s.decode('utf-8', 'backslashreplace')


def case(kind, size, least, score, lower, special, text):
    marks = special or MARKS.get(kind, ['<unk>'])
    show = [kind, size, least, score, int(lower), ' '.join(map(escaped, special)) or '-']
    whole = text[1:]
    if text[0] != '=':
        name, lines = text.split(':')
        with open(f'{sys.argv[1]}/{name}', encoding='utf-8') as file:
            whole = ''.join(file.readlines()[:int(lines)])
    print('case', *show, text if text[0] != '=' else '=' + escaped(whole), sep='\t')
    tokens, merges = train(kind, whole, size, least, score, lower, marks)
    print('tokens', ' '.join(map(escaped, tokens)), sep='\t')
    if kind in ('byte-bpe', 'bpe'):
        print('merges', ' '.join(f'{a},{b}' for a, b in merges), sep='\t')
    for line in LINES:
        ids = encode(kind, line, lower, tokens, merges, marks)
        print('ids', escaped(line), ' '.join(map(str, ids)), sep='\t')


LINES = ["The old cat's tail wasn't 12 cm long,  said\tTom.", 'aaaa aaa Aaaaaaaaa!?',
         'naïve CAFÉ Übergröße ΟΔΥΣΣΕΥΣ', '小明和奶奶 walked 回家。', '\udcff\x01 x\u00a0\u3000y\u200b']
MIXED = ('Caf\u00e9 cafe\u0301 \u039f\u0394\u03a5\u03a3\u03a3\u0395\u03a5\u03a3 \u041c\u0438\u0440 \u043c\u0438\u0440\u0430 '
         '\u5c0f\u660e\u548c\u5c0f\u72d7 don\u2019t don\'t we\'ll 3\u00bd \U0001f600\U0001f600 <unk> [UNK] x\u200dy\n') * 2
RUNS = 'aaaa aaa aaaaa\nbaaab aabaab\n\n\nababab abababa a\naaaaaaa\t\t\t\n\nabcabc bcbc\n'
STORIES, CHINESE = 'stories-train.txt:200', 'stories-zh-train.txt:60'


def noise(count):
    state, out = 1, bytearray()
    for _ in range(count):
        state = (state * 1103515245 + 12345) % 2**31
        out.append(b'ab \n\'s\x00\xe4\xb8\xad\xff\x80\xf0'[state >> 16 & 15 if state >> 16 & 15 < 13 else 0])
    return out.decode('utf-8', 'surrogateescape')


for score in ('count', 'likelihood'):
    case('byte-bpe', 600, 2, score, False, [], STORIES)
    case('byte-bpe', 320, 1, score, False, ['<s>', 'aab', '</s>'], '=' + RUNS)
    case('bpe', 400, 2, score, True, [], STORIES)
    case('bpe', 60, 1, score, False, ['<pad>', '[UNK]', 'aa', 'c</w>', 'b'], '=' + RUNS)
    case('wordpiece', 500, 2, score, True, [], STORIES)
    case('wordpiece', 100, 1, score, True, ['[UNK]', '##a', 'abab'], '=' + RUNS)
    case('byte-bpe', 400, 2, score, False, [], '=' + noise(400))
    case('wordpiece', 90, 1, score, False, [], '=' + MIXED)
case('byte-bpe', 400, 3, 'count', False, [], CHINESE)
case('bpe', 400, 2, 'count', False, [], CHINESE)
case('bpe', 60, 1, 'count', True, [], '=' + MIXED)  # fewer than there are characters
case('wordpiece', 40, 1, 'count', True, [], '=' + MIXED)
case('wordpiece', 300, 2, 'count', False, [], '=' + 'b' * 201 + ' ' + 'b' * 200 + ' bb\n')
case('word', 100, 2, 'count', False, [], STORIES)
case('word', 30, 1, 'count', False, ['a', '<unk>'], '=' + MIXED + RUNS)
case('char', 60, 1, 'count', False, [], '=' + MIXED + RUNS)
case('char', 15, 2, 'count', False, ['[UNK]'], '=' + noise(200))
