#!/usr/bin/env bash
# Brings the stacks of an environment up to date, in the order of stacks.txt, and stops at the first that fails.
#
#   deploy.sh STACK
#
# All of them, not only those that a commit changes: one whose turn was missed, since a run before failed or was skipped
# for a newer one, is caught up with. A stack without changes costs no request. Run one of these at a time.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

chosen=$(stacks_of "$1")
while read -r folder stack; do
    echo "Update of $folder, stack $stack"
    # Made here and nowhere else if it is new in stacks.txt.
    on_stack "$folder" "$stack" stack select --create >&2
    # With its preview: what the programs refuse is refused before anything is done.
    on_stack "$folder" "$stack" up --yes
done <<< "$chosen"
