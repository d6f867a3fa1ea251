#!/usr/bin/env bash
# Previews the stacks that differ from a commit and writes report.md, one report on all of them.
#
#   preview.sh BASE
#
# A preview only reads: give it an account that can do no more. Ends with an exit code of `verge-pulumi report` where a
# preview failed or data would be lost.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

changed=$("$here/changed-stacks.sh" "$1")
rm -rf previews report.md
if [[ -z $changed ]]; then
    echo "No stack changes."
    exit 0
fi
mkdir previews
# Ten and more, so that the files have the order of the stacks.
number=10
while read -r folder stack; do
    echo "Preview of $folder, stack $stack"
    # One that fails says why in its output, and the report tells it.
    on_stack "$folder" "$stack" preview --json --show-sames > "previews/$number.json" || true
    number=$((number + 1))
done <<< "$changed"
verge-pulumi report previews/*.json --fail-on errors,data-loss --output report.md
