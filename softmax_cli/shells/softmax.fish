# Completion of softmax in fish: the program itself knows how a word may go on.

function __softmax_complete
    set -l words (commandline -cpo)
    # joined here, for a command substitution would lose an empty last word
    set -lx SOFTMAX_WORDS ''
    for word in $words
        test -n "$word"; and set SOFTMAX_WORDS $SOFTMAX_WORDS$word\n
    end
    set SOFTMAX_WORDS $SOFTMAX_WORDS(commandline -ct | string collect --allow-empty)
    set -lx _SOFTMAX_COMPLETE words_complete
    for line in ($words[1] 2>/dev/null)
        set -l parts (string split \t -- $line)
        if test -z "$line"
            continue
        else if test $parts[1] = file
            __fish_complete_path (commandline -ct | string replace -r '^--[^=]*=' '')
        else
            printf '%s\t%s\n' $parts[2] $parts[3]
        end
    end
end

complete --no-files --command softmax --arguments '(__softmax_complete)'
complete --no-files --command softmax-calculator --arguments '(__softmax_complete)'
