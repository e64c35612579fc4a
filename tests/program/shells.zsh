#!/usr/bin/env zsh
# shells.zsh bash|zsh|fish DOPPEL LINES - types each line of the file LINES into such a shell, with
# completion from `DOPPEL completion SHELL`, presses tab, and prints what then stands on the command
# line (fish: what is offered, one after the other). bash and zsh run on a terminal of their own.
shell=$1 doppel=${2:a} lines=("${(@f)$(<$3)}")
dir=$(mktemp -d)
trap 'rm -rf $dir' EXIT
mkdir $dir/bin $dir/states
ln -s $doppel $dir/bin/doppel
: > $dir/alpha.json > $dir/beta.json
cd $dir
export PATH=$dir/bin:$PATH TERM=dumb HOME=$dir HISTFILE=/dev/null

if [[ $shell == fish ]]; then
    doppel completion fish > doppel.fish
    for line in $lines; do
        print -r -- "$(fish --no-config -c 'source doppel.fish; complete -C $argv[1] | cut -f 1' -- $line)" | tr '\n' ' '
        print
    done
    exit
fi

# What is printed on request ends in a word that no echo of the request has.
case $shell in
bash)
    start='bash --norc --noprofile -i'
    setup='PS1=; bind "set bell-style none"; source <(doppel completion bash); complete -p doppel
show() { echo "{$READLINE_LINE}EN""D"; READLINE_LINE=; }
bind -x "\"\C-t\": show"; echo RE""ADY' ;;
zsh)
    start='zsh -f -i'
    setup='unsetopt beep; PROMPT=; autoload -Uz compinit; compinit -D -u; source <(doppel completion zsh)
show() { print -r -- "{$BUFFER}EN""D"; BUFFER= }
zle -N show; bindkey "^T" show; print RE""ADY' ;;
esac
zmodload zsh/zpty
zpty terminal $start
zpty -w terminal $setup
zpty -r terminal out '*READY*'
for line in $lines; do
    zpty -w -n terminal $line$'\t\x14'
    zpty -r terminal out '*END*'
    print -r -- ${${out##*\{}%%\}END*}
done
zpty -d terminal
