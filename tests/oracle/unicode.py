#!/usr/bin/env python3
"""unicode.py - classes, lower case and letters without marks by Python and Perl: prints unicode.tsv

    version X                  of Unicode, that of Python's unicodedata; Perl's must be the same
    assigned FIRST-LAST ...    the code points it knows, without surrogates: hexadecimal
    ignorable FIRST-LAST ...   those of them that are Case_Ignorable, by the sigma after them
    cased FIRST-LAST ...       those that are Cased, by the sigma after them; of those that are
                               also ignorable, where no sigma tells, by Perl
    sums START X Y Z           for every 1000 code points with one that is assigned: of the other
                               bits of their classes (lm/unicode.h), of their lower case, and of
                               that in NFD without marks (Mn)

A sum is FNV-1a's, of numbers in place of bytes: of code points and what they have or become, each
sequence with its length before it."""
import subprocess
import sys
import unicodedata

assigned = [c for c in range(sys.maxunicode + 1) if unicodedata.category(chr(c)) not in ("Cn", "Cs")]


def bits(c):
    kind = unicodedata.category(chr(c))
    ascii_sign = c < 128 and chr(c).isprintable() and not chr(c).isalnum() and c != 32
    return ((kind[0] == "L") * 1 + (kind[0] == "N") * 2 +
            (chr(c).isspace() and not 0x1c <= c <= 0x1f) * 4 +  # White_Space has no separators
            (kind[0] == "P" or ascii_sign) * 8 + (kind in ("Cc", "Cf")) * 16 + (kind == "Mn") * 32)


def fold(c):
    return [ord(x) for x in unicodedata.normalize("NFD", chr(c).lower())
            if unicodedata.category(x) != "Mn"]


def is_final(before):
    return (before + "\u03a3").lower()[-1] == "\u03c2"


def by_perl(name):
    """All code points with a property."""
    program = r"""use Unicode::UCD; print Unicode::UCD::UnicodeVersion(), "\n";
        for (0 .. 0xD7FF, 0xE000 .. 0x10FFFF) { print "$_\n" if chr($_) =~ /\p{%s}/ }""" % name
    lines = subprocess.run(["perl", "-e", program], check=True, capture_output=True).stdout.split()
    if lines[0].decode() != unicodedata.unidata_version:
        sys.exit("Perl has Unicode " + lines[0].decode())
    return set(map(int, lines[1:]))


def show(name, codes):
    spans = []
    for c in codes:
        if spans and spans[-1][1] == c - 1:
            spans[-1][1] = c
        else:
            spans.append([c, c])
    print(name, " ".join("%x-%x" % tuple(s) for s in spans), sep="\t")


def fnv(numbers):
    h = 0xcbf29ce484222325
    for x in numbers:
        h = (h ^ x) * 0x100000001b3 & (1 << 64) - 1
    return "%016x" % h


def sequence(c, out):
    return [c, len(out)] + out


print("version", unicodedata.unidata_version, sep="\t")
show("assigned", assigned)
ignorable = [c for c in assigned if not is_final(chr(c)) and is_final("A" + chr(c))]
cased = {c for c in assigned if is_final(chr(c))} | set(ignorable) & by_perl("Cased")
if set(ignorable) != set(assigned) & by_perl("Case_Ignorable"):
    sys.exit("Perl has others to ignore")
if cased != set(assigned) & by_perl("Cased"):
    sys.exit("Perl has others that are cased")
show("ignorable", ignorable)
show("cased", sorted(cased))
for start in range(0, sys.maxunicode + 1, 0x1000):
    block = [c for c in assigned if start <= c < start + 0x1000]
    if block:
        print("sums", "%x" % start, fnv(x for c in block for x in (c, bits(c))),
              fnv(x for c in block for x in sequence(c, [ord(x) for x in chr(c).lower()])),
              fnv(x for c in block for x in sequence(c, fold(c))), sep="\t")
