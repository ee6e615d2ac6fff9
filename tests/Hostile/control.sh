# shellcheck shell=bash
# An ordinary container runs: else nothing that follows would mean anything.
sh_in 'echo hello'
run_container
[[ $STATUS == 0 && $(<"$OUT") == hello ]] || broken "exit status $STATUS: $(tail -2 "$ERR")"
judge
end_case
