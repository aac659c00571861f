#!/bin/sh
# fault.sh - as the fault tests of make test, on larger inputs and more options.
exec sh tests/fault/run.sh tests/long/fault.commands
