#compdef softmax softmax-calculator
# Completion of softmax in zsh: the program itself knows how a word may go on.

_softmax() {
    local kind value help
    local -a described plain
    while IFS=$'\t' read -r kind value help; do
        [[ -n $kind ]] || continue
        if [[ $kind == file ]]; then
            [[ $PREFIX == --*=* ]] && compset -P '*='
            _files
            return
        elif [[ -n $help ]]; then
            described+=("${value//:/\\:}:$help")
        else
            plain+=("$value")
        fi
    done < <(
        SOFTMAX_WORDS=${(F)words[1,CURRENT]} \
            _SOFTMAX_COMPLETE=words_complete ${words[1]} 2>/dev/null
    )
    [[ $PREFIX == --*=* ]] && compset -P '*='
    (( ${#described} )) && _describe -V 'softmax' described
    (( ${#plain} )) && compadd -V plain -a plain
}

if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
    _softmax "$@"
else
    compdef _softmax softmax softmax-calculator
fi
