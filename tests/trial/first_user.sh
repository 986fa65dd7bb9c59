#!/usr/bin/env bash
# What a first user meets: a clean clone in an empty folder, no environment, an empty home, and the commands
# of the README's first screen, word for word. Prints a report; leaves the clone and its logs to be looked at.
#
#   tests/trial/first_user.sh                  every command, default preset
#   PRESET=redraw tests/trial/first_user.sh 1  only the first command, on a smaller preset
#
# RECORD=FILE keeps the report.
# make reads PRESET, CORES and PYTHON from the environment, so the commands stay those of the README.
set -euo pipefail

repository=$(cd "$(dirname "$0")/../.." && pwd)
limit=${1:-all}
folder=$(mktemp -d "${TMPDIR:-/tmp}/first-user.XXXXXX")
mkdir "$folder/home"
clone=$folder/clone
failures=0

timed() {  # NAME COMMAND: run it in the clone as a user with nothing set up would; report seconds, status
    local log="$folder/$1.log" started=$SECONDS status=0
    (cd "$clone" && env -i HOME="$folder/home" PATH="/usr/local/bin:/usr/bin:/bin" LANG=C.UTF-8 \
        "${passed[@]}" \
        bash -c "$2") >"$log" 2>&1 </dev/null || status=$?
    printf '%-12s %6d s  exit %d  %s\n' "$1" $((SECONDS - started)) "$status" "$2"
    if [ "$status" -ne 0 ]; then
        failures=$((failures + 1))
        tail -n 15 "$log" | sed 's/^/    /'
    fi
    local stumbles
    stumbles=$(grep -icE '(^|[^a-z_])(warning|error|traceback|deprecat)' "$log" || true)
    [ "$stumbles" -eq 0 ] || printf '    %d lines of %s warn or name an error\n' "$stumbles" "$log"
    if grep -q $'\033' "$log"; then
        echo "    colour codes in $log, which is no terminal"
        failures=$((failures + 1))
    fi
}

# What make reads, and how this machine reaches a package index, which is its own matter.
mapfile -t passed < <(env | grep -E '^(PRESET|CORES|PYTHON)=.|^PIP_|^[a-zA-Z]+_(proxy|PROXY)=' || true)

[ -z "${RECORD:-}" ] || exec > >(tee >(sed "s#$folder#FOLDER#g" >"$RECORD"))
git clone --quiet "$repository" "$clone"
echo "clone of $(git -C "$clone" describe --always --tags) in $clone"
[ ! -e "$clone/.venv" ] && [ ! -e "$clone/results/default" ]

# The first fenced block of the README, without the comments.
mapfile -t commands < <(awk '/^```/ {inside = !inside; if (!inside) exit; next} inside' "$clone/README.md" |
    sed 's/ *#.*//' | grep -v '^$')
[ "${#commands[@]}" -eq 2 ] || { echo "the README's first block has ${#commands[@]} commands" >&2; exit 1; }
[ "$limit" = all ] || commands=("${commands[@]:0:$limit}")

for i in "${!commands[@]}"; do
    timed "command-$((i + 1))" "${commands[$i]}"
done
timed "again" "${commands[0]}"
grep -q 'Nothing to be done' "$folder/again.log" || {
    echo "    the second time there was something left to do"
    failures=$((failures + 1))
}

echo
echo "written: $(du -sh "$clone/results/${PRESET:-default}" 2>/dev/null | cut -f1) results, $(du -sh "$clone/.venv" | cut -f1) .venv"
grep -h 'outputs checked' "$folder/command-1.log" | tail -n 1
changed=$(git -C "$clone" status --porcelain)
# but for pip's own cache, which it keeps of every package
strays=$(find "$folder/home" -path "$folder/home/.cache/pip" -prune -o -type f -print | head -n 5)
[ -z "$changed" ] || { printf 'files outside the ignored folders:\n%s\n' "$changed"; failures=$((failures + 1)); }
[ -z "$strays" ] || { printf 'files in the home folder:\n%s\n' "$strays"; failures=$((failures + 1)); }
same=0 all=0
for shipped in "$clone"/results/shipped/*/aggregated/*.csv; do
    all=$((all + 1))
    cmp -s "$shipped" "$clone/results/${PRESET:-default}/${shipped#"$clone"/results/shipped/}" && same=$((same + 1))
done
echo "aggregated tables equal to the shipped ones, byte for byte: $same of $all"
echo "$failures stumbles; logs in $folder"
exit $((failures > 0))
