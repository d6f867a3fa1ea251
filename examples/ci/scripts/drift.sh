#!/usr/bin/env bash
# Compares VergeOS with the states of all stacks and writes drift.md. It changes neither.
#
# Ends with an exit code of `verge-pulumi drift`: 1 where something differs, 2 where that could not be found out, as for a
# stack that does not exist.
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
    # Ten and more, so that the files have the order of the stacks.
    number=10
    while read -r folder stack; do
        state=$states/$name/$number.json
        number=$((number + 1))
        code=0
        on_stack "$folder" "$stack" stack export --show-secrets > "$state" || code=$?
        if is_missing "$code"; then
            echo "Stack \`$stack\` of \`$folder\` does not exist: it was never deployed, or its state is lost." >> drift.md
            rm "$state"
            touch "$states/missing"
        elif [[ $code != 0 ]]; then
            exit 2
        fi
    done < <(stacks_of "$name")
    [[ -n $(ls "$states/$name") ]] || continue
    code=0
    (use_key_of "$name" && verge-pulumi drift --format markdown "$states/$name"/*.json) >> drift.md || code=$?
    worst=$((code > worst ? code : worst))
done
if [[ -e $states/missing && $worst -lt 2 ]]; then
    worst=2
fi
cat drift.md >> "${GITHUB_STEP_SUMMARY:-/dev/stdout}"
exit "$worst"
