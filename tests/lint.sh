#!/bin/sh
# lint.sh - checks of the source tree; each is one test.
#
#   sh tests/lint.sh             run them
#   sh tests/lint.sh --update    write the OPTIONS parts of the man pages anew
# shellcheck source=tests/count.sh
. tests/count.sh

sources=$(find src tools -name '*.c' | sort)
headers=$(find include/lm -name '*.h' | sort)
private=$(find src -name '*.h' | sort)
tools=$(for f in tools/*.c; do [ ! -e "$f" ] || basename "$f" .c; done)
scripts=$(find tests tools .ci -name '*.sh' -o -path .ci/run | sort)
code=$(find src tools include tests -name '*.[ch]' | sort)

# tools > algo > model > nn > text > ckpt > num > base: a file includes what lies in its own
# folder or further down.  A public header lies where the .c of its name does; real.h, of types
# alone, has none.
include_order() {
    # shellcheck disable=SC2086 # lists of names without blanks
    grep -n '^[ 	]*#[ 	]*include[ 	]*["<]' $sources $headers $private |
        awk -v sources="$sources" '
        function folder(path) { sub("/[^/]*$", "", path); return path }
        function part(dir) { sub("^src/", "", dir); sub("/.*", "", dir); return dir }
        function model(dir) { return sub("^src/model/", "", dir) ? dir : "" }
        function say(what) { printf "%s:%s: %s\n", file, line, what }
        BEGIN {
            n = split("base num ckpt text nn model algo tools", names, " ")
            for (i = 1; i <= n; i++) rank[names[i]] = i
            n = split(sources, list, "\n")
            for (i = 1; i <= n; i++) {
                name = list[i]
                sub(".*/", "", name)
                sub("[.]c$", "", name)
                if (list[i] ~ /^src/) home[name] = folder(list[i])
            }
            home["real"] = "src/num"
        }
        {
            split($0, field, ":")
            file = field[1]; line = field[2]; target = $0
            sub("^[^\"<]*[\"<]", "", target)
            sub("[\">].*", "", target)
            from = folder(file)
            if (file ~ /^include/) {
                own = file
                sub(".*/", "", own)
                sub("[.]h$", "", own)
                if (!(own in home)) next
                from = home[own]
            }
            if ($0 ~ /include[ \t]*</) {
                if (target ~ /^lm\//) say("write \"" target "\"")
                next
            }
            if (target !~ /^lm\//) {
                shared = model(from) != "" && target ~ /^[.][.]\/[^\/]*$/
                if (file ~ /^include/ || (target ~ /\// && !shared))
                    say("a private header of another folder: " target)
                next
            }
            sub("^lm/", "", target)
            sub("[.]h$", "", target)
            if (!(target in home)) { say("no src/*/" target ".c for lm/" target ".h"); next }
            to = home[target]
            if (rank[part(from)] < rank[part(to)])
                say(part(from) " may not include lm/" target ".h of " part(to))
            allowed = from == to || (model(from) == "reward" && model(to) == "gpt")
            if (part(from) == "model" && model(to) != "" && !allowed)
                say("a model may not include another: lm/" target ".h of " model(to))
        }'
    for header in $headers; do
        name=$(basename "$header" .h)
        [ "$name" = real ] || [ -n "$(find src -name "$name.c")" ] ||
            echo "$header: no src/*/$name.c"
    done
}

# compile_headers LANGUAGE COMPILER [OPTION]...: every public header alone.
compile_headers() {
    language=$1
    shift
    for header in $headers; do
        echo "#include \"${header#include/}\"" |
            "$@" -D_POSIX_C_SOURCE=200809L -Wall -Wextra -Wpedantic -Werror -Iinclude \
                -fsyntax-only -x "$language" - 2>&1
    done
}

sizes() {
    for header in $headers; do
        [ "$(wc -l <"$header")" -le 150 ] || echo "$header: over 150 lines"
    done
    for tool in $tools; do
        [ "$(wc -l <"tools/$tool.c")" -le 150 ] || echo "tools/$tool.c: over 150 lines"
    done
}

companions() {
    for tool in $tools; do
        [ -e "tools/$tool.1" ] || echo "tools/$tool.c: no man page tools/$tool.1"
        [ -e "tests/cli/$tool.t" ] || echo "tools/$tool.c: no cases tests/cli/$tool.t"
    done
}

symbols() {
    nm -g --defined-only "$BUILD/lib/liblm.a" 2>/dev/null |
        awk 'NF == 3 && $3 !~ /^lm_/ && $3 !~ /^__/ { print "a public name: " $3 }'
}

# Characters, not bytes.
long_lines() {
    # shellcheck disable=SC2086
    awk '{ text = $0; gsub(/[\200-\277]/, "", text) }
        length(text) > 100 { print FILENAME ":" FNR ": " length(text) " columns" }' \
        $code $scripts Makefile tests/tests.mk
}

first_lines() {
    for file in $code; do
        IFS= read -r line <"$file"
        name=$(basename "$file")
        case $line in
        "/* $name - "*) ;;
        *) echo "$file:1: opens with /* $name - what it does. */" ;;
        esac
    done
}

banned_calls() {
    names=$(sed -n 's/^#pragma GCC poison//p' src/base/banned.h | tr -s ' \n' '||')
    # shellcheck disable=SC2086
    grep -nE "(^|[^A-Za-z0-9_])(${names#|}gets) *\(" $code
}

# The library neither prints nor ends the process: only program.c does, for the tools.
library_calls() {
    calls='(v?printf|puts|putchar|perror|_?exit|abort|system) *\('
    # shellcheck disable=SC2046
    grep -nE "(^|[^A-Za-z0-9_])($calls|std(out|err)([^A-Za-z0-9_]|$))" \
        $(find src -name '*.c' ! -path src/base/program.c) /dev/null | grep -v ':[ ]*\(/\*\| \*\)'
}

# What is beyond POSIX stays in os.c.
feature_macros() {
    # shellcheck disable=SC2046
    grep -nE '_(GNU|DEFAULT|BSD|XOPEN)_SOURCE' \
        $(find src tools include -name '*.[ch]' ! -path src/base/os.c) /dev/null
}

run_shellcheck() {
    # shellcheck disable=SC2086
    shellcheck -x $scripts
}

run_mandoc() {
    for tool in $tools; do
        [ ! -e "tools/$tool.1" ] || mandoc -Tlint -W warning "tools/$tool.1"
    done
}

# The man page with the options of the program in its place between the two marks.
with_options() {
    "$1" --help-man >"$scratch/options" || echo "$1 --help-man failed" >"$scratch/options"
    awk -v options="$scratch/options" '
        /^\.\\" options: end/ { skip = 0; ends++ }
        !skip { print }
        /^\.\\" options: begin/ {
            skip = 1; begins++
            while ((getline line < options) > 0) print line
        }
        END { if (begins != 1 || ends != 1) exit 1 }' "tools/$1.1"
}

options_in_man() {
    for tool in $tools; do
        [ -e "tools/$tool.1" ] || continue
        if ! with_options "$tool" >"$scratch/page"; then
            echo "tools/$tool.1: lacks the lines .\\\" options: begin and .\\\" options: end"
        elif ! cmp -s "$scratch/page" "tools/$tool.1"; then
            if [ "$1" = update ]; then
                cp "$scratch/page" "tools/$tool.1"
            else
                echo "tools/$tool.1: differs from $tool --help-man; sh tests/lint.sh --update"
                diff "tools/$tool.1" "$scratch/page" | head -n 10
            fi
        fi
    done
}

top_level() {
    git ls-files | cut -d/ -f1 | sort -u |
        grep -vxE 'Makefile|README\.md|LICENSE|src|include|tools|tests|data|\..*' |
        sed 's/$/: outside the fixed top level/'
}

if [ "${1:-}" = --update ]; then
    options_in_man update
    exit 0
fi

include_order | verdict 'include order'
compile_headers c "${CC:-cc}" -std=c11 | verdict 'public headers compile alone as C11'
if have "${CXX:-c++}"; then
    compile_headers c++ "${CXX:-c++}" -std=c++11 | verdict 'public headers compile alone as C++'
else
    skip 'public headers compile alone as C++' 'no C++ compiler'
fi
sizes | verdict 'sizes of headers and programs'
companions | verdict 'man pages and cases of programs'
if [ -e "$BUILD/lib/liblm.a" ] && have nm; then
    symbols | verdict 'public names of liblm.a'
else
    skip 'public names of liblm.a' 'no nm, or no library'
fi
long_lines | verdict 'lines up to 100 columns'
first_lines | verdict 'first lines of files'
banned_calls | verdict 'banned calls'
library_calls | verdict 'the library does not print or exit'
feature_macros | verdict 'beyond POSIX only in os.c'
if have shellcheck; then
    run_shellcheck | verdict 'shellcheck'
else
    skip 'shellcheck' 'not installed'
fi
if have mandoc; then
    run_mandoc | verdict 'mandoc on man pages'
else
    skip 'mandoc on man pages' 'not installed'
fi
options_in_man check | verdict 'OPTIONS of man pages'
if have git && git rev-parse --git-dir >/dev/null 2>&1; then
    top_level | verdict 'the fixed top level'
else
    skip 'the fixed top level' 'not a git working tree'
fi
finish
