# shellcheck shell=bash
# What the other scripts share; they source it.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

# Pulumi's default is four for each processor, of which a runner has few; most of the time it is VergeOS that works.
export PULUMI_PARALLEL=${PULUMI_PARALLEL:-64}

# What stacks.txt says, without comments, empty lines and what Windows ends lines with.
listed=$(sed 's/#.*//; s/\r$//' "$here/stacks.txt" | awk '
    NF == 2 { print $1, $2 }
    NF && NF != 2 { print "stacks.txt, line " NR ": a line is a folder and a stack, not: " $0 > "/dev/stderr"; wrong = 1 }
    END { exit wrong }')
if [[ -z $listed ]]; then
    echo "stacks.txt lists no stack." >&2
    exit 1
fi

# Prints the folder and the stack of each line of stacks.txt, in its order.
stacks() {
    printf '%s\n' "$listed"
}

# The same of the stacks with one name: an environment. Fails if there is none.
stacks_of() {
    stacks | awk -v name="$1" '
        $2 == name { print; found = 1 }
        END { if (!found) { print "stacks.txt lists no stack \047" name "\047." > "/dev/stderr"; exit 1 } }'
}

# Exports the API key for an environment: VERGEOS_API_KEY_PROD for prod if there is one, as where prod is a system of its
# own, and otherwise VERGEOS_API_KEY. For use in a subshell.
use_key_of() {
    local own=VERGEOS_API_KEY_${1^^}
    own=${own//[^A-Z0-9_]/_}
    export VERGEOS_API_KEY=${!own:-${VERGEOS_API_KEY:-}}
}

# Runs pulumi on a stack: folder, stack, command. It makes none: where there is no such stack, Pulumi says so.
on_stack() (
    use_key_of "$2"
    cd "$1" || exit
    pulumi --non-interactive --color=never "${@:3}" --stack "$2" < /dev/null
)

# Says whether an exit code of on_stack means that there is no stack of that name.
is_missing() { # code
    [[ $1 == 6 ]]
}
