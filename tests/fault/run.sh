#!/bin/sh
# run.sh - lets the k-th allocation, read, write, ... of some programs fail, for every k.
#
#   BUILD=build sh tests/fault/run.sh [FILE]     (FILE: as tests/fault/commands)
#
# Whatever fails, a program ends with the right exit status and a message, or does its work
# all the same; what it was to write is complete, or as it was before; nothing is left over.
# Each kind of fault on each command is one test.
set -u
LC_ALL=C
export LC_ALL
top=$(pwd)
case ${BUILD:=build} in /*) ;; *) BUILD=$top/$BUILD ;; esac
PATH=$BUILD/bin:$PATH
shim=$BUILD/tests/shim.so
list=${1:-tests/fault/commands}
last_k=20000
scratch=$(mktemp -d "${TMPDIR:-/tmp}/lm-fault-XXXXXX") || exit 2
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' INT TERM HUP

# A kind of fault: call, error, + if all calls from the k-th on fail, the exit statuses that
# are right, and whether the output may be complete although the status is not 0.  0 is
# right where the program can do without: its output is compared then.  What a killed run
# leaves behind is gone after the next one.
faults='
malloc        ENOMEM -  5,0
malloc        ENOMEM +  5,0
write         EIO    -  3
write         ENOSPC +  3
write         EINTR  -  0
write         short  -  0
write         short  +  0
read          EIO    -  3,0
read          EIO    +  3,0
read          EINTR  -  0
read          short  +  0
open          EACCES -  3,0
open          EMFILE +  3,0
close         EIO    -  3,0    complete
fsync         EIO    -  3      complete
fsync         EIO    +  3      complete
rename        EACCES -  3
mmap          ENOMEM -  3,5,0
mmap          ENOMEM +  3,5,0
fallocate     ENOSPC -  3
fallocate     EINTR  -  0
fallocate     EOPNOTSUPP - 0
fallocate     EOPNOTSUPP + 0
pthread_create EAGAIN - 5,0
pthread_create EAGAIN + 5,0
malloc        TERM   - 143     complete
read          TERM   - 143
open          TERM   - 143     complete
write         TERM   - 143
fsync         TERM   - 143     complete
rename        TERM   - 143
close         TERM   - 143     complete
malloc        KILL   - 137     complete
read          KILL   - 137
open          KILL   - 137     complete
write         KILL   - 137
fsync         KILL   - 137     complete
rename        KILL   - 137
close         KILL   - 137     complete
'

# Runs $command with fault $1; standard output is the output if that is "-".
strike() {
    rm -f ../log
    (
        # shellcheck disable=SC3045 # dash has it; without it a hang is only not cut short
        ulimit -t 30
        LD_PRELOAD=$shim LM_FAULT=$1 LM_FAULT_LOG=../log
        export LD_PRELOAD LM_FAULT LM_FAULT_LOG
        eval "exec $command"
    ) </dev/null >../stdout 2>../stderr
}

# The command without a fault.
run_command() {
    (eval "exec $command") </dev/null >../stdout 2>../stderr
}

# Is it the expected output, a file or a folder?
same() {
    diff -r ../expected "$1" >/dev/null 2>&1
}

# What is wrong after a run that ended with $1; $2 right statuses, $3 `complete` or nothing.
judge() {
    case ,$2, in *,"$1",*) ;; *) echo "exit status $1, expected $2" ;; esac
    if [ "$1" -eq 0 ]; then
        judge_output 'exit status 0'
    else
        line=
        IFS= read -r line <../stderr
        case $1,$line in
        1[34]?, | [1-9],"$program: "?*) ;;
        *) echo "message: '$line'" ;;
        esac
        judge_target "$3"
    fi
    if [ "$1" -eq 137 ]; then
        [ ! -d "$output" ] || rm -r "$output" # a folder is not written again
        run_command || echo "exit status $? of the next run"
        judge_output 'the next run'
    fi
    for left in .*.lm-* tmp/*; do
        if [ -e "$left" ]; then
            echo "left behind: $left"
            rm -rf "$left"
        fi
    done
}

# The output is as expected; $1 says after what.
judge_output() {
    if [ "$output" = - ]; then made=../stdout; else made=$output; fi
    same "$made" || echo "$1, but the output is wrong"
}

# After a failure the output is what it was before, or, if $1, complete.
judge_target() {
    [ "$output" != - ] || return 0
    [ -z "$1" ] || ! same "$output" || return 0
    if [ -e ../before ]; then
        cmp -s ../before "$output" || echo 'the old output was changed'
    elif [ -e "$output" ]; then
        echo 'an output was left'
    fi
}

# The output as it is before a run: there with + ($1), else absent, as a folder always is.
reset_target() {
    rm -f ../before
    [ "$output" != - ] || return 0
    rm -rf "$output" "$output.run"
    if [ "$1" = + ] && [ ! -d ../expected ]; then
        echo old >../before
        echo old >"$output"
    fi
}

# One kind of fault, for every k; nothing is counted if the call never happens.
try_fault() {
    call=$1 error=$2 lasting=${3#-} statuses=$4 complete=${5:-}
    case $state,$error in yes,TERM) statuses=$statuses,7,0 ;; esac
    k=1 bad=0
    while [ "$bad" -lt 3 ] && [ "$k" -le "$last_k" ]; do
        reset_target "$lasting"
        { strike "$call:$k$lasting:$error"; } 2>/dev/null # the shell tells of signals
        status=$?
        [ -s ../log ] || break
        judge "$status" "$statuses" "$complete" >../wrong
        if [ -s ../wrong ]; then
            bad=$((bad + 1))
            echo "FAILED fault: $name: LM_FAULT=$call:$k$lasting:$error $command"
            sed 's/^/    /' ../wrong
        fi
        k=$((k + 1))
    done
    if [ "$call:$output" != "fsync:-" ] && [ "$call$lasting" = fsync ] && [ "$k" -le 2 ]; then
        bad=1
        echo "FAILED fault: $name: the output and its folder are not both synced"
    fi
    if [ "$bad" -gt 0 ]; then
        echo failed >>../counts
    elif [ "$k" -gt 1 ]; then
        echo passed >>../counts
    fi
}

skip() {
    echo "skipped fault: $name: $1"
    echo skipped >>../counts
}

# One command, in folder $1/case.
try_command() {
    mkdir -p "$1/case" && cd "$1/case" && ln -s "$top/data" data || exit 2
    program=${command%% *}
    path=$(command -v "$program") || { skip "no program $program"; return; }
    if grep -q __asan_init "$path"; then skip 'not with a sanitizer'; return; fi
    if [ ! -e "$shim" ]; then skip 'the shim cannot be built here'; return; fi
    (eval "$setup") && run_command
    status=$?
    if [ "$output" = - ]; then cp ../stdout ../expected; else cp -R "$output" ../expected; fi
    if [ "$status" -ne 0 ]; then
        echo "FAILED fault: $name: exit status $status without a fault: $command"
        echo failed >>../counts
        return
    fi
    while read -r call error lasting statuses complete; do
        case " ${calls:-$call} " in *" $call "*) ;; *) continue ;; esac
        [ -z "$call" ] || try_fault "$call" "$error" "$lasting" "$statuses" "$complete"
    done <<END
$faults
END
}

blocks=0
start_block() {
    [ -n "$name" ] || return 0
    blocks=$((blocks + 1))
    mkdir "$scratch/$blocks" || exit 2
    (try_command "$scratch/$blocks") >"$scratch/$blocks/report" 2>&1 &
    [ $((blocks % 2)) -ne 0 ] || wait
    name='' setup=: command='' output=- calls='' state=no
}

name='' setup=: command='' output=- calls='' state=no
while IFS= read -r line || [ -n "$line" ]; do
    value=${line#*:}
    value=${value#"${value%%[! ]*}"}
    case $line in
    '' | '#'*) ;;
    name:*) start_block; name=$value ;;
    setup:*) setup=$value ;;
    command:*) command=$value ;;
    output:*) output=$value ;;
    calls:*) calls=$value ;;
    state:*) state=$value ;;
    *) echo "$list: not understood: $line" >&2; exit 2 ;;
    esac
done <"$list"
start_block
wait

i=0
while [ "$i" -lt "$blocks" ]; do
    i=$((i + 1))
    cat "$scratch/$i/report"
done
cat "$scratch"/*/counts 2>/dev/null | awk '
    { n[$1]++ }
    END {
        printf "%d passed, %d failed, %d skipped\n", n["passed"], n["failed"], n["skipped"]
        exit n["failed"] > 0
    }'
