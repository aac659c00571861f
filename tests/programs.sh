#!/bin/sh
# programs.sh - what every program promises: BUILD=build sh tests/programs.sh [NAME]...
# shellcheck source=tests/count.sh
. tests/count.sh

version=$(sed -n 's/^#define LM_VERSION "\(.*\)"/\1/p' include/lm/version.h)

# run EXPECTED-STATUS COMMAND [ARGUMENT]...: says so if it ends otherwise; ../out, ../err.
run() {
    expected=$1
    shift
    "$@" <"$input" >../out 2>../err
    found=$?
    [ "$found" -eq "$expected" ] || echo "$*: exit status $found, expected $expected"
}

# first FILE PATTERN WHAT: says so if the first line of the file is not like that.
first() {
    line=
    IFS= read -r line <"$1"
    # shellcheck disable=SC2254 # a pattern
    case $line in $2) ;; *) echo "$3: '$line'" ;; esac
}

help_and_version() {
    run 0 "$1" --help
    first ../out "$1: ?*" '--help begins'
    [ ! -s ../err ] || echo '--help writes to standard error'
    run 0 "$1" --version
    first ../out "$1 (Lineage) $version" '--version begins'
}

unknown_option() {
    run 2 "$1" --no-such-option
    first ../err "$1: *no-such-option*" 'message'
    [ ! -s ../out ] || echo 'writes to standard output'
}

full_disk() {
    "$1" --help >/dev/full 2>../err
    found=$?
    [ "$found" -eq 3 ] || echo "--help >/dev/full: exit status $found, expected 3"
    first ../err "$1: ?*" 'message'
}

# A pipe that nobody reads any more: the reading end is closed before the program writes.
broken_pipe() {
    mkfifo ../pipe
    exec 8<>../pipe
    exec 9>../pipe 8<&-
    "$1" --help >&9 2>../err
    found=$?
    exec 9>&-
    rm ../pipe
    [ "$found" -eq 141 ] || echo "exit status $found, expected death by SIGPIPE (141)"
    [ ! -s ../err ] || cat ../err
}

closed_output() {
    "$1" --help >&- 2>../err
    found=$?
    [ "$found" -eq 3 ] || echo "--help >&-: exit status $found, expected 3"
    first ../err "$1: ?*" 'message'
}

# The indented lines below "Example:".
example_of() {
    "$1" --help |
        awk '/^Example/ { on = 1; next } on && !/^ / { exit } on { sub(/^  /, ""); print }'
}

run_example() {
    example_of "$1" >../example
    [ -s ../example ] || echo '--help shows no example'
    sh -e ../example <"$input" >../out 2>../err || echo "exit status $?: $(cat ../example ../err)"
}

# The lines of displays in the man page that begin with "$ ", as a shell reads them.
man_examples_of() {
    awk '/^\.Bd -literal/ { on = 1 } /^\.Ed/ { on = 0 } on && sub(/^\$ /, "")' \
        "$top/tools/$1.1" |
        sed -e 's/\\e/\\/g' -e 's/\\-/-/g' -e "s/\\\\(aq/'/g" -e 's/\\&//g'
}

run_man_examples() {
    man_examples_of "$1" >../commands
    [ -s ../commands ] || echo "tools/$1.1 shows no example"
    sh -e ../commands <"$input" >../out 2>../err || echo "exit status $?: $(cat ../commands ../err)"
}

# Messages to a closed standard error go nowhere, in particular not into an output.
run_example_silently() {
    mkdir ../closed && cd ../closed && ln -s "$top/data" data || exit 2
    sh -e ../example <"$input" >../closed.out 2>&- || echo "exit status $?"
    cmp ../out ../closed.out 2>&1
    diff -r ../case . 2>&1
}

# The example's last call of the program, its first input file replaced by one that is not
# there; nothing if it names none.
call_with_missing_file() {
    sed -e ':join' -e '/\\$/{N;s/\\\n//;b join' -e '}' ../example | tr '|;&' '[\n*]' |
        awk -v program="$1" '
            $1 == program {
                call = $1
                replaced = 0
                for (i = 2; i <= NF; i++) {
                    word = $i
                    free = $(i - 1) !~ /^(-o|--output|<|>|2>)$/
                    if (!replaced && free && word !~ /^-/ && system("test -f \"" word "\"") == 0) {
                        word = "no-such-file"
                        replaced = 1
                    }
                    call = call " " word
                }
                last = replaced ? call : ""
            }
            END { print last }'
}

missing_file() {
    run 3 sh -c "$1"
    first ../err "$2: *no-such-file*" "message of '$1'"
}

check_program() {
    mkdir -p "$scratch/$1/case" && cd "$scratch/$1/case" && ln -s "$top/data" data || exit 2
    input=/dev/null
    help_and_version "$1" | verdict "$1: --help and --version"
    unknown_option "$1" | verdict "$1: unknown option"
    if [ -c /dev/full ]; then
        full_disk "$1" | verdict "$1: full disk"
    else
        skip "$1: full disk" 'no /dev/full'
    fi
    # A shell that was started with SIGPIPE ignored cannot restore it.
    if (sh -c 'kill -PIPE $$') 2>/dev/null; then
        skip "$1: broken pipe" 'SIGPIPE is ignored here'
    else
        broken_pipe "$1" | verdict "$1: broken pipe"
    fi
    closed_output "$1" | verdict "$1: closed standard output"
    run_example "$1" | verdict "$1: example of --help"
    run_example_silently | verdict "$1: closed standard error"
    mkdir "$scratch/$1/man" && cd "$scratch/$1/man" && ln -s "$top/data" data || exit 2
    run_man_examples "$1" | verdict "$1: examples of the man page"
    cd ../case || exit 2
    call=$(call_with_missing_file "$1")
    if [ -n "$call" ]; then
        missing_file "$call" "$1" | verdict "$1: missing file"
    else
        skip "$1: missing file" 'the example names no file'
    fi
    cd "$top" || exit 2
}

# The commands of README.md, "    $ ", and what belongs to them, "    > ", as a shell reads them.
run_readme() {
    sed -n 's/^    [$>] //p' "$top/README.md" >../commands
    [ -s ../commands ] || echo 'README.md shows no example'
    unset MAKEFLAGS MFLAGS MAKELEVEL # the make of the example is not part of ours
    sh -e ../commands <"$input" >../out 2>../err || echo "exit status $?: $(cat ../err)"
}

check_readme() {
    mkdir -p "$scratch/README/case" && cd "$scratch/README/case" && ln -s "$top/data" data || exit 2
    input=/dev/null
    if echo x | xargs -P 2 -I % true % 2>/dev/null && have make; then
        run_readme | verdict 'README.md: examples'
    else
        skip 'README.md: examples' 'no make, or no xargs -P'
    fi
    cd "$top" || exit 2
}

if [ $# -eq 0 ]; then
    check_readme
    for source in tools/*.c; do
        [ ! -e "$source" ] || set -- "$@" "$(basename "$source" .c)"
    done
fi
for program; do check_program "$program"; done
finish
