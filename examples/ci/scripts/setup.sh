#!/usr/bin/env bash
# Installs the command verge-pulumi, and for each project what its program needs.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

python -m pip install --quiet --disable-pip-version-check --requirement "$here/requirements.txt"
stacks | cut --delimiter=' ' --fields=1 | sort --unique | while read -r folder; do
    pulumi install --cwd "$folder" < /dev/null
done
