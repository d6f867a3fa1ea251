#!/usr/bin/env bash
# Writes report.md into the one comment of a pull or merge request: makes it the first time, changes it afterwards.
#
# GitHub: needs GITHUB_TOKEN and PULL_REQUEST, its number. GitLab: needs GITLAB_TOKEN, a project access token with the
# scope api, since a job's own token may not comment. The rest the forges set themselves.
set -euo pipefail

if [[ ! -s report.md ]]; then
    echo "There is no report.md to comment with."
    exit 0
fi

# ask VERB URL [BODY]. The token is kept out of the list of processes.
ask() {
    curl --silent --show-error --fail-with-body --max-time 60 --request "$1" \
        --header @<(printf '%s\n' "$access") --header 'Content-Type: application/json' ${3:+--data-binary "@$3"} "$2"
}

if [[ -n ${GITLAB_CI:-} ]]; then
    access="PRIVATE-TOKEN: $GITLAB_TOKEN"
    comments=$CI_API_V4_URL/projects/$CI_PROJECT_ID/merge_requests/$CI_MERGE_REQUEST_IID/notes
    one=$comments
    change=PUT
    author=$(ask GET "$CI_API_V4_URL/user" | jq --raw-output .username)
else
    access="Authorization: Bearer $GITHUB_TOKEN"
    comments=$GITHUB_API_URL/repos/$GITHUB_REPOSITORY/issues/$PULL_REQUEST/comments
    one=$GITHUB_API_URL/repos/$GITHUB_REPOSITORY/issues/comments
    change=PATCH
    author='github-actions[bot]'
fi

# Prints the id of our comment. Its first line tells it, and its author: anybody may write such a line.
ours() {
    local page=0 found
    while :; do
        page=$((page + 1))
        found=$(ask GET "$comments?per_page=100&page=$page")
        jq --raw-output --arg marker "$(head -n 1 report.md)" --arg author "$author" '
            map(select((.user.login // .author.username) == $author and (.body | startswith($marker))) | .id)
            | first // empty' <<< "$found"
        # A page that is not full is the last one.
        jq --exit-status 'length == 100' <<< "$found" > /dev/null || return 0
    done
}

body=$(mktemp)
trap 'rm -f "$body"' EXIT
jq --raw-input --slurp '{body: .}' report.md > "$body"
id=$(ours | head -n 1)
if [[ -n $id ]]; then
    ask "$change" "$one/$id" "$body" > /dev/null
    echo "Changed comment $id."
else
    ask POST "$comments" "$body" > /dev/null
    echo "Made a comment."
fi
