#!/bin/sh
# install.sh - make install, a program outside the tree in C and in C++, make uninstall.
# shellcheck source=tests/count.sh
. tests/count.sh

prefix=$scratch/prefix
PKG_CONFIG_PATH=$prefix/lib/pkgconfig
export PKG_CONFIG_PATH

# MAKEFLAGS, from the make that runs the tests, hands on CFLAGS and the like.
run_make() {
    ${MAKE:-make} "$@" >"$scratch/log" 2>&1 || {
        echo "make $*: exit status $?"
        cat "$scratch/log"
    }
}

# installed FOLDER: says which files are not below it.
installed() {
    for tool in tools/*.c; do
        name=$(basename "$tool" .c)
        echo "bin/$name share/man/man1/$name.1 share/bash-completion/completions/$name"
    done | tr ' ' '\n' >"$scratch/expected"
    for header in include/lm/*.h; do echo "$header"; done >>"$scratch/expected"
    printf '%s\n' lib/liblm.a lib/pkgconfig/lineage.pc >>"$scratch/expected"
    sort "$scratch/expected" >"$scratch/sorted"
    (cd "$1" && find . ! -type d | sed 's/^..//' | sort) | diff "$scratch/sorted" -
}

# The flags that the .pc file gives, by pkg-config or, where it is not installed, as it would.
flags() {
    if have pkg-config; then
        pkg-config --cflags --libs lineage
    else
        sed -n -e "s:\${prefix}:$prefix:g" -e 's/^Cflags: //p' -e 's/^Libs: //p' \
            "$PKG_CONFIG_PATH/lineage.pc"
    fi
}

# outside LANGUAGE COMPILER [OPTION]...: its scores against those of the installed lm-eval.
outside() {
    language=$1
    shift
    # shellcheck disable=SC2046 # words
    "$@" -Wall -Wextra -Wpedantic -Werror -o "$scratch/score" -x "$language" score.c \
        -x none $(flags) 2>&1 || return
    head -n 40 "$top/data/stories-test.txt" >"$scratch/text"
    "$scratch/score" "$scratch/model" <"$scratch/text" >"$scratch/found" 2>&1 ||
        echo "score: exit status $?"
    "$prefix/bin/lm-eval" -m "$scratch/model" --per-line "$scratch/text" >"$scratch/lines" ||
        echo "lm-eval: exit status $?"
    [ "$(wc -l <"$scratch/found")" -eq 40 ] || cat "$scratch/found"
    paste "$scratch/found" "$scratch/lines" | awk '
        { d = $1 - $2; if (d < 0) d = -d }
        d > -1e-6 * $2 { print "line " NR ": found " $1 ", lm-eval " $2 }'
}

# In the folder of the program, from where nothing leads to the source tree.
outside_tree() {
    mkdir -p "$scratch/outside" && cp tests/install/score.c "$scratch/outside" || exit 2
    "$prefix/bin/ngram-train" -q -n 3 -o "$scratch/model" data/stories-train.txt || exit 2
    (cd "$scratch/outside" && outside c "${CC:-cc}" -std=c11) | verdict 'a program in C'
    if have "${CXX:-c++}"; then
        (cd "$scratch/outside" && outside c++ "${CXX:-c++}") | verdict 'a program in C++'
    else
        skip 'a program in C++' 'no C++ compiler'
    fi
}

# What bash offers after "ngram-train --smooth=m", "--un" and "-o my".
completion() {
    cat >"$scratch/complete" <<'END'
source "$1/share/bash-completion/completions/ngram-train"
offer() {
    COMP_WORDS=("$@")
    COMP_CWORD=$(($# - 1))
    _ngram_train
    printf '%s;' "${COMPREPLY[@]}"
}
cd "$2" && touch 'my text' && offer ngram-train --smooth = m && offer ngram-train --un &&
    offer ngram-train -o my
END
    found=$(bash "$scratch/complete" "$prefix" "$scratch/outside" 2>&1)
    [ "$found" = 'mle;mkn;--unit;my text;' ] || echo "$found"
}

run_make install "PREFIX=$prefix" | verdict 'make install'
installed "$prefix" | verdict 'what make install puts under PREFIX'
if grep -q fsanitize "$BUILD/flags"; then
    skip 'a program in C, in C++' 'the library is built with a sanitizer'
else
    outside_tree
fi
if have bash; then
    completion | verdict 'bash completion'
else
    skip 'bash completion' 'no bash'
fi
run_make uninstall "PREFIX=$prefix" | verdict 'make uninstall'
find "$prefix" ! -type d | verdict 'make uninstall leaves no file'

run_make install "DESTDIR=$scratch/stage" PREFIX=/usr | verdict 'make install with DESTDIR'
installed "$scratch/stage/usr" | verdict 'what make install puts under DESTDIR'
grep -Hn "$scratch" "$scratch/stage/usr/lib/pkgconfig/lineage.pc" |
    verdict 'DESTDIR is not in the .pc file'
finish
