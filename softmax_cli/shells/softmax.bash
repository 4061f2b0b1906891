# Completion of softmax in bash: the program itself knows how a word may go on.

_softmax() {
    local words=("${COMP_WORDS[@]:0:COMP_CWORD+1}") joined=() word kind value help
    # bash cuts --csv=FILE into three words
    for word in "${words[@]}"; do
        if [[ $word == = || ( ${#joined[@]} -gt 0 && ${joined[-1]} == *= ) ]]; then
            joined[-1]+=$word
        else
            joined+=("$word")
        fi
    done
    local unfinished=${joined[-1]} lines
    # not by a command substitution, which would lose an empty last word
    printf -v lines '%s\n' "${joined[@]}"
    COMPREPLY=()
    while IFS=$'\t' read -r kind value help; do
        [[ -n $kind ]] || continue
        if [[ $kind == file ]]; then
            compopt -o filenames
            mapfile -t COMPREPLY < <(compgen -f -- "${COMP_WORDS[COMP_CWORD]#=}")
            return
        fi
        [[ $unfinished == --*=* ]] && value=${value#"${unfinished%%=*}="}
        COMPREPLY+=("$(printf %q "$value")")
    done < <(
        SOFTMAX_WORDS=${lines%$'\n'} \
            _SOFTMAX_COMPLETE=words_complete "$1" 2>/dev/null
    )
}

complete -F _softmax softmax softmax-calculator
