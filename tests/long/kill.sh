#!/bin/sh
# kill.sh - ten times as many random moments as in make test.
exec sh tests/kill.sh 300
