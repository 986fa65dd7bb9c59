#!/usr/bin/env bash
# The smallest scheduler: run a job script at once, in the background, and print an id for it. Its
# job finds an empty home directory, no network (where the kernel can take it away), no display.
set -euo pipefail
script=$1
isolate=()
if unshare --net true 2>/dev/null; then isolate=(unshare --net); fi
env -u DISPLAY -u XDG_CACHE_HOME -u XDG_CONFIG_HOME HOME="$(mktemp -d "$PWD/home.XXXXXX")" \
    setsid "${isolate[@]}" bash "$script" >>submitted.output 2>&1 </dev/null &
echo $!
