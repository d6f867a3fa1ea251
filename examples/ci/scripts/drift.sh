#!/usr/bin/env bash
# Compares VergeOS with the states of all stacks and writes drift.md. It changes neither.
#
# Ends with an exit code of `verge-pulumi drift`: 1 where something differs, 2 where that could not be found out.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

rm -rf drift.md
# The states hold secrets in the open.
states=$(mktemp --directory)
trap 'rm -rf "$states"' EXIT
worst=0
# The stacks of one name are one environment on one system, and asked for together.
for name in $(stacks | cut --delimiter=' ' --fields=2 | awk '!seen[$0]++'); do
    mkdir "$states/$name"
    stacks_of "$name" | while read -r folder stack; do
        on_stack "$folder" "$stack" stack export --show-secrets > "$states/$name/${folder//\//_}.json"
    done
    code=0
    (use_key_of "$name" && verge-pulumi drift --format markdown "$states/$name"/*.json) >> drift.md || code=$?
    worst=$((code > worst ? code : worst))
done
cat drift.md >> "${GITHUB_STEP_SUMMARY:-/dev/stdout}"
exit "$worst"
