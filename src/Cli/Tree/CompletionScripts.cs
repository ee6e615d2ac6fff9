
namespace Minirun.Cli.Tree;

/// <summary>The scripts of <c>minirun completion</c>. Each asks the program itself, so that a script never lags behind it.</summary>
internal static class CompletionScripts
{
    public const string Bash = """
        # minirun(1) completion for bash: source it, or put it into ~/.local/share/bash-completion/completions/minirun
        _minirun() {
            # bash splits words at = and : too (COMP_WORDBREAKS); put them together again.
            local words=() word i joined=
            for ((i = 1; i <= COMP_CWORD; i++)); do
                word=${COMP_WORDS[i]}
                if [[ $joined || $word == [=:]* ]] && ((${#words[@]})); then words[-1]+=$word; else words+=("$word"); fi
                [[ $word == [=:]* ]] && joined=1 || joined=
            done
            local current=${words[-1]} answer kind line
            mapfile -t answer < <("${COMP_WORDS[0]/#\~/$HOME}" __complete "${words[@]}" 2>/dev/null)
            kind=${answer[-1]-:}
            COMPREPLY=()
            for line in "${answer[@]:0:${#answer[@]}-1}"; do
                # Only what stands after the last break is replaced.
                line=${line%%$'\t'*}
                [[ $current == *[=:]* && $COMP_WORDBREAKS == *=* ]] && line=${line#"${current%"${current##*[=:]}"}"}
                [[ $line == *= ]] && compopt -o nospace 2>/dev/null
                COMPREPLY+=("$line")
            done
            case $kind in
                :directories) mapfile -t COMPREPLY < <(compgen -d -- "$current") ;;
                :files) mapfile -t COMPREPLY < <(compgen -f -- "${current##*[=:]}") ;;
                *) return ;;
            esac
            compopt -o filenames 2>/dev/null
        }
        complete -F _minirun minirun
        """;

    public const string Zsh = """
        #compdef minirun
        # minirun(1) completion for zsh: put it into a directory of $fpath as _minirun
        _minirun() {
            local -a answer names meanings
            local line
            answer=("${(@f)$(${~words[1]} __complete "${(@)words[2,CURRENT]}" 2>/dev/null)}")
            for line in "${(@)answer[1,-2]}"; do
                names+=("${line%%$'\t'*}")
                meanings+=("${line/$'\t'/  -- }")
            done
            (( ${#names} )) && compadd -l -d meanings -a names
            case $answer[-1] in
                :directories) _path_files -/ ;;
                :files) compset -P '*='; _files ;;
            esac
        }
        if [[ $funcstack[1] == _minirun ]]; then _minirun "$@"; else compdef _minirun minirun; fi
        """;

    public const string Fish = """
        # minirun(1) completion for fish: put it into ~/.config/fish/completions/minirun.fish
        function __minirun_complete
            set -l words (commandline -opc)
            set -l current (commandline -ct)
            set -l answer ($words[1] __complete $words[2..-1] "$current" 2>/dev/null)
            for line in $answer[1..-2]
                echo $line
            end
            switch "$answer[-1]"
                case :directories
                    __fish_complete_directories "$current" ""
                case :files
                    __fish_complete_path "$current"
            end
        end
        complete -c minirun -f -a '(__minirun_complete)'
        """;
}
