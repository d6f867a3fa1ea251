#!/usr/bin/env bash
# Previews the stacks that differ from a commit and writes report.md, one report on all of them.
#
#   preview.sh BASE
#
# A preview only reads: give it an account that can do no more. It makes no stack either: one that does not exist yet is
# previewed against an empty state, which is thrown away. Ends with an exit code of `verge-pulumi report` where a preview
# failed or data would be lost.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

changed=$("$here/changed-stacks.sh" "$1")
rm -rf previews report.md
if [[ -z $changed ]]; then
    echo "No stack changes."
    exit 0
fi
mkdir previews
scratch=$(mktemp --directory)
trap 'rm -rf "$scratch"' EXIT

preview() { # folder, stack
    on_stack "$1" "$2" preview --json --show-sames
}

preview_new() ( # folder, stack
    export PULUMI_BACKEND_URL=file://$scratch PULUMI_CONFIG_PASSPHRASE=${PULUMI_CONFIG_PASSPHRASE-}
    on_stack "$1" "$2" stack init --no-select >&2 || exit
    preview "$1" "$2"
)

# Ten and more, so that the files have the order of the stacks.
number=10
while read -r folder stack; do
    echo "Preview of $folder, stack $stack"
    code=0
    # One that fails says why in its output, and the report tells it.
    preview "$folder" "$stack" > "previews/$number.json" || code=$?
    if is_missing "$code"; then
        note="Stack \`$stack\` of \`$folder\` does not exist yet: this is its preview against an empty state."
        echo "$note" | tee --append "$scratch/notes"
        preview_new "$folder" "$stack" > "previews/$number.json" || true
    fi
    number=$((number + 1))
done <<< "$changed"

code=0
# A comment on GitHub has room for 65,536 characters, the notes among them.
verge-pulumi report previews/*.json --fail-on errors,data-loss --limit 60000 --output report.md || code=$?
if [[ -s report.md && -s $scratch/notes ]]; then
    (echo && cat "$scratch/notes") >> report.md
fi
exit "$code"
