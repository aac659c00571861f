# unicode.awk - writes unicode_tables.h from the Unicode character database, version 15.0.0 (of
# Debian's package unicode-data 15.0.0-1):
#
#     cd /usr/share/unicode &&
#     awk -f .../src/text/unicode.awk UnicodeData.txt SpecialCasing.txt \
#         DerivedCoreProperties.txt PropList.txt > .../src/text/unicode_tables.h
#
# For any POSIX awk.  Bits of classes are those of lm/unicode.h.

function hex(text,   i, value) {
    value = 0
    for (i = 1; i <= length(text); i++)
        value = value * 16 + index("0123456789ABCDEF", substr(text, i, 1)) - 1
    return value
}

function to_hex(value,   text) {
    do {
        text = substr("0123456789abcdef", value % 16 + 1, 1) text
        value = int(value / 16)
    } while (value > 0)
    return text
}

# A[..B] in FIRST and LAST.
function range(text,   ends) {
    gsub(/ /, "", text)
    FIRST = LAST = hex(text)
    if (split(text, ends, /[.][.]/) == 2) {
        FIRST = hex(ends[1])
        LAST = hex(ends[2])
    }
}

# Each property is given to a code point once, so that a sum is a union.
function add(bit,   code) {
    for (code = FIRST; code <= LAST; code++) class[code] += bit
}

function bit_of(category) {
    if (category ~ /^L/) return 1
    if (category ~ /^N/) return 2
    if (category ~ /^P/) return 8
    if (category == "Cc" || category == "Cf") return 16
    if (category == "Mn") return 32
    if (category ~ /^S/ && FIRST < 128) return 8
    return 0
}

# ---- what one code point becomes ----

# Canonical decomposition in full without marks, space-separated; a single character's is in
# canonical order as it stands.
function bare(code,   parts, n, i, text, part) {
    if (mark[code]) return ""
    if (!(code in decomposed)) return code
    n = split(decomposed[code], parts, " ")
    text = ""
    for (i = 1; i <= n; i++) {
        part = bare(hex(parts[i]))
        if (part != "") text = text (text == "" ? "" : " ") part
    }
    return text
}

# ---- what is written ----

function item(text) {
    if (length(line) + length(text) > 99) {
        print line
        line = ""
    }
    line = line text ","
}

function end_table() {
    print line
    print "};"
    line = ""
}

# MAP as runs: codes FIRST, FIRST + STEP ... become TARGET, TARGET + RISE, ...
function put_runs(name, map,   code, prior, first, count, step, rise) {
    printf "\nstatic const run %s[] = {\n", name
    count = 0
    for (code = 0; code <= 1114111; code++) {
        if (!(code in map)) continue
        if (count && extends(map, code, prior, count, step, rise)) {
            step = code - prior
            rise = map[code] - map[prior]
            count++
        } else {
            if (count) put_run(first, count, step, map[first], rise)
            first = code
            count = 1
            step = 1
            rise = 0
        }
        prior = code
    }
    put_run(first, count, step, map[first], rise)
    end_table()
}

function extends(map, code, prior, count, step, rise) {
    if (count == 255 || code - prior > 2) return 0
    if (count > 1) return code - prior == step && map[code] - map[prior] == rise
    return map[code] == map[prior] || map[code] - map[prior] == code - prior
}

function put_run(first, count, step, target, rise) {
    item("{" first "," count "," step "," target "," rise "}")
}

function put_classes(   code, now, before) {
    printf "\n/* Where a class begins: code point << 8 | class. */\n"
    printf "static const uint32_t classes[] = {\n"
    before = -1
    for (code = 0; code <= 1114112; code++) {
        now = class[code] + 0
        if (now != before) item("0x" to_hex(code * 256 + now))
        before = now
    }
    end_table()
}

# What FIRST to LAST become, one each.
function put_list(name, first, last,   code) {
    printf "\nstatic const uint32_t %s[] = {\n", name
    for (code = first; code <= last; code++) {
        item(code in base ? base[code] : code)
        delete base[code]
    }
    end_table()
}

# What becomes more than one: its place in this table, above all code points.
function put_several(   code, parts) {
    print "\nstatic const uint32_t several[][3] = {"
    for (code = 0; code <= 1114111; code++) {
        if (!(code in more)) continue
        if (split(more[code], parts, " ") > 3) exit 1
        item("{" parts[1] + 0 "," parts[2] + 0 "," parts[3] + 0 "}")
        base[code] = 1114112 + places++
    }
    end_table()
}

# ---- the files ----

FNR == 1 { FS = ";"; $0 = $0; file = FILENAME; sub(/.*\//, "", file) }

file == "UnicodeData.txt" {
    range($1)
    if ($2 ~ /, Last>$/) FIRST = begun
    if ($2 ~ /, First>$/) { begun = FIRST; next }
    if (bit_of($3)) add(bit_of($3))
    if ($3 == "Mn") mark[FIRST] = 1
    if ($6 != "" && $6 !~ /</) decomposed[FIRST] = $6
    if ($14 != "") lower[FIRST] = hex($14)
    next
}

{ sub(/#.*/, "") }

file == "SpecialCasing.txt" && NF == 5 {
    gsub(/^ | $/, "", $2)
    range($1)
    if ($2 ~ / /) {
        if (FIRST != 304 || $2 != "0069 0307") exit 1 # the one that unicode.c knows
    } else if (hex($2) != FIRST) {
        lower[FIRST] = hex($2)
    }
}

NF == 2 {
    gsub(/ /, "", $2)
    range($1)
    if ($2 == "Cased") add(64)
    if ($2 == "Case_Ignorable") add(128)
    if ($2 == "White_Space") add(4)
}

END {
    if (file != "PropList.txt") exit 1
    for (code in decomposed) {
        code += 0
        if (code in lower || mark[code]) continue # not what is left after lower case
        to = bare(code)
        if (to ~ / /) more[code] = to
        else if (to == "") exit 1
        else base[code] = to + 0
    }
    print "/* unicode_tables.h - the Unicode character database, version 15.0.0, as unicode.c needs it."
    print " *"
    print " * Written by unicode.awk, where the command is, from files of Debian's package unicode-data"
    print " * 15.0.0-1: Copyright 1991-2022 Unicode, Inc.; https://www.unicode.org/license.txt. */"
    print "/* clang-format off */"
    put_classes()
    put_runs("lower", lower)
    delete lower[304]
    print "\n/* What lower-case letters become without marks: three or, with 0, two; ideographs of"
    print " * compatibility from U+F900 and U+2F800; all else, with the places of the first. */"
    put_several()
    put_list("ideographs", 63744, 64217)
    put_list("more_ideographs", 194560, 195101)
    put_runs("base", base)
}
