/* cmd_completion.c - doppel completion: scripts by which a shell completes a line of doppel's. They
 * hold no name of a command or an option: for each word they ask the program (offer.c). */
#include "cli/cli_impl.h"

#include <string.h>

/* bash parts words at = and :, doppel does not: what stands together is one word again, and what
 * of it comes before the part that bash completes is taken off each offer. */
static const char bash[] =
    "# Completion of doppel for bash.\n"
    "_doppel() {\n"
    "    local rest=$COMP_LINE cur=${COMP_WORDS[COMP_CWORD]} words=() i word says typed before\n"
    "    for ((i = 0; i <= COMP_CWORD; i++)); do\n"
    "        word=${COMP_WORDS[i]}\n"
    "        if ((i > 0)) && [[ $rest != [[:space:]]* ]]; then\n"
    "            words[${#words[@]} - 1]+=$word\n"
    "        else\n"
    "            words+=(\"$word\")\n"
    "        fi\n"
    "        rest=${rest#\"${rest%%[![:space:]]*}\"}\n"
    "        rest=${rest#\"$word\"}\n"
    "    done\n"
    "    [[ $cur == [=:] ]] && cur=\n"
    "    typed=${words[${#words[@]} - 1]}\n"
    "    before=${typed%\"$cur\"}\n"
    "    COMPREPLY=()\n"
    "    while IFS=$'\\t' read -r word says; do\n"
    "        if [[ $word == :* ]]; then\n"
    "            compopt -o filenames 2> /dev/null\n"
    "            i=-f\n"
    "            [[ $word == :folders ]] && i=-d\n"
    "            while IFS= read -r word; do\n"
    "                word=${typed:0:says}$word\n"
    "                COMPREPLY+=(\"${word#\"$before\"}\")\n"
    "            done < <(compgen \"$i\" -- \"${typed:says}\")\n"
    "        else\n"
    "            [[ $word == *[=,+-] ]] && compopt -o nospace 2> /dev/null\n"
    "            COMPREPLY+=(\"${word#\"$before\"}\")\n"
    "        fi\n"
    "    done < <(\"${words[0]}\" completion offer -- \"${words[@]:1}\" 2> /dev/null)\n"
    "}\n"
    "complete -F _doppel doppel\n";

static const char zsh[] =
    "#compdef doppel\n"
    "# Completion of doppel for zsh.\n"
    "_doppel() {\n"
    "    local line word says files=-1 glob=\n"
    "    local -a whole begun\n"
    "    for line in ${(f)\"$(${(Q)words[1]} completion offer -- ${(Q)words[2,CURRENT-1]} "
    "\"${(Q)PREFIX}\" 2> /dev/null)\"}; do\n"
    "        word=${line%%$'\\t'*} says=${line#*$'\\t'}\n"
    "        case $word in\n"
    "        :files) files=$says ;;\n"
    "        :folders) files=$says glob=-/ ;;\n"
    "        *[=,+-]) begun+=(\"${word//:/\\\\:}:$says\") ;;\n"
    "        *) whole+=(\"${word//:/\\\\:}:$says\") ;;\n"
    "        esac\n"
    "    done\n"
    "    _describe doppel whole -- begun -S ''\n"
    "    if ((files >= 0)); then\n"
    "        compset -p $files\n"
    "        _files $glob\n"
    "    fi\n"
    "}\n"
    "if [[ $funcstack[1] == _doppel ]]; then _doppel \"$@\"; else compdef _doppel doppel; fi\n";

static const char fish[] =
    "# Completion of doppel for fish.\n"
    "function __doppel_offers\n"
    "    set -l words (commandline -opc)\n"
    "    set -l typed (commandline -ct)\n"
    "    set typed \"$typed\"\n"
    "    for line in ($words[1] completion offer -- $words[2..-1] \"$typed\" 2> /dev/null)\n"
    "        set -l parts (string split -m 1 \\t -- $line)\n"
    "        switch $line\n"
    "            case ':*'\n"
    "                set -l before (string sub -l $parts[2] -- \"$typed\")\n"
    "                set -l name (string sub -s (math $parts[2] + 1) -- \"$typed\")\n"
    "                set -l found (__fish_complete_path \"$name\")\n"
    "                string match -q ':folders*' -- $line; and set found "
    "(__fish_complete_directories \"$name\")\n"
    "                for one in $found\n"
    "                    printf '%s%s\\n' \"$before\" $one\n"
    "                end\n"
    "            case '*'\n"
    "                printf '%s\\n' $line\n"
    "        end\n"
    "    end\n"
    "end\n"
    "complete -c doppel -f -a '(__doppel_offers)'\n";

static const struct {
    const char *shell, *script;
} scripts[] = { { "bash", bash }, { "zsh", zsh }, { "fish", fish } };

/* A line of doppel's is answered, whatever is wrong with it: nobody reads what a script is told. */
static int offer(const dg_args *args)
{
    static const char *const nothing[] = { "" };
    if (args->positional_count > 1)
        dg_cli_offer(stdout, args->positional + 1, args->positional_count - 1);
    else
        dg_cli_offer(stdout, nothing, 1);
    return DG_EXIT_HELD;
}

static int run(const dg_args *args)
{
    dg_error err;
    if (strcmp(args->positional[0], "offer") == 0)
        return offer(args);
    for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++)
        if (strcmp(args->positional[0], scripts[i].shell) == 0 && args->positional_count == 1) {
            fputs(scripts[i].script, stdout);
            return DG_EXIT_HELD;
        }
    dg_fail(&err, DG_USAGE, "completion is there for bash, zsh and fish, not for %s",
            args->positional[args->positional_count > 1 ? 1 : 0]);
    return dg_cli_exit_with(&err);
}

static void epilogue(FILE *out)
{
    fputs("\nWhere it is not installed:\n"
          "  source <(doppel completion bash)        in ~/.bashrc\n"
          "  source <(doppel completion zsh)         in ~/.zshrc, behind compinit\n"
          "  doppel completion fish | source         in ~/.config/fish/config.fish\n",
          out);
}

const dg_command dg_cmd_completion = {
    "completion",
    "bash|zsh|fish",
    "Print the script by which a shell completes commands, options and values",
    "The script asks the program: doppel completion offer -- WORD... prints what may stand in "
    "place of\nthe last word, with what it is.",
    1,
    DG_POSITIONALS_MAX,
    NULL,
    0,
    run,
    epilogue,
};
