#!/usr/bin/env bash
# Installs the command verge-pulumi and what the programs need: what requirements.txt pins, each file seen to have its
# hash, and verge-pulumi itself from the folder wheels, which the commit pins. Nothing else is installed.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

shopt -s nullglob
wheels=("$here"/wheels/verge_pulumi-*.whl)
if [[ ${#wheels[@]} != 1 ]]; then
    echo "There are ${#wheels[@]} wheels of verge-pulumi in $here/wheels. Put one there, as README.md says." >&2
    exit 1
fi
install=(python -m pip install --quiet --disable-pip-version-check --no-deps)
"${install[@]}" --require-hashes --requirement "$here/requirements.txt"
"${install[@]}" --no-index "${wheels[0]}"
# Programs run in an environment of their project (virtualenv: .venv in Pulumi.yaml). It sees these packages and no others.
stacks | cut --delimiter=' ' --fields=1 | sort --unique | while read -r folder; do
    python -m venv --system-site-packages "$folder/.venv"
done
