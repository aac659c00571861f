#!/usr/bin/env python3
"""prep.py - what tok-prep makes of words, by Python's own tables: prints prep.tsv

    LETTERS TAB WORD TAB WORD WORD ...     LETTERS: s for --split, l for --lower, - for neither

Words are drawn from characters in which the rules of lm/prep.h meet; all of them were assigned in
Unicode 14.0 with the classes they have now."""
import random
import re
import unicodedata

POOL = ("abzAZ019éßİΣσДאش한かガ中々٣²½ªºⅣ" "''''’’’..,,,;:-_$+<>&€°©😀！，。‘“”…—、·"
        "\u00a0\u3000\u2003\u0085\u200b\u00ad\u0301\u0903\ufffd\U00010400\U0001e922")
random.seed(20261126)


def is_sign(c):
    return unicodedata.category(c)[0] == "P" or c in "$+<=>^`|~"


def is_blank(c):
    return c.isspace() and not "\x1c" <= c <= "\x1f"


def joint(c):
    """Of a letter that has case, or a digit: what it is."""
    if unicodedata.category(c)[0] == "N":
        return "number"
    cased = c.lower() != c or c.upper() != c or c.islower() or c.isupper() or c.istitle()
    return "letter" if cased else ""


def split(word):
    out = ""
    for i, c in enumerate(word):
        # What stands before, without the marks on it; a sign that was taken off is nothing.
        before = re.sub("[\u0301]+$", "", out)[-1:]
        after = word[i + 1:i + 2]
        a, b = before and joint(before), after and joint(after)
        if is_blank(c):
            out += " "
        elif not is_sign(c):
            out += c
        elif c in "'’" and a and b or c in ".," and a == b == "number":
            out += c
        else:
            out += " " + c + " "
    return out.split(" ")


def lower(word):
    return "".join(c.lower() for c in word)


for letters in ("s", "sl", "l", "-"):
    for _ in range(150):
        word = "".join(random.choices(POOL, k=random.randint(1, 12)))
        made = lower(word) if "l" in letters else word
        made = split(made) if "s" in letters else [made]
        print(letters, word, " ".join(w for w in made if w), sep="\t")
