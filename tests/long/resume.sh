#!/bin/sh
# resume.sh - a run of training killed at 50 random moments, and stopped at as many.
ROUNDS=17 KILLS=3 exec sh tests/resume.sh
