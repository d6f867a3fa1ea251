#!/usr/bin/env bash
# Prints the lines of stacks.txt that differ from a commit, in their order.
#
#   changed-stacks.sh BASE
#
# What is in a project's folder counts for all of its stacks, a Pulumi.<stack>.yaml for that stack alone, and what is in
# no project's folder, such as a module that they share, for all. Markdown counts for none.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

files=$(git -c core.quotePath=off diff --name-only --no-renames "$1...HEAD" -- . ':(exclude,glob)**/*.md')
[[ -n $files ]] || exit 0

inside() { # folder, file
    [[ $1 == . || $2 == "$1"/* ]]
}

in_a_project() { # file
    local folder
    while read -r folder _; do
        if inside "$folder" "$1"; then
            return 0
        fi
    done < <(stacks)
    return 1
}

concerns() { # file, folder, stack
    if inside "$2" "$1"; then
        case ${1##*/} in
            "Pulumi.$3.yaml" | Pulumi.yaml) return 0 ;;
            Pulumi.*.yaml) return 1 ;;
            *) return 0 ;;
        esac
    fi
    if in_a_project "$1"; then
        return 1
    fi
}

stacks | while read -r folder stack; do
    while read -r file; do
        if concerns "$file" "$folder" "$stack"; then
            echo "$folder $stack"
            break
        fi
    done <<< "$files"
done
