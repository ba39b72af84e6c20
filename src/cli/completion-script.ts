/**
 * `completion`: the few lines that teach a shell to ask klingmake itself (`klingmake complete -- WORDS`) what could be
 * typed next. The words are handed over as they are, never evaluated; without an answer the shell completes nothing.
 */
import { EXIT } from "../index.js";
import type { Answer } from "./answer.js";
import type { Command, Shell } from "./commands.js";

// bash 3.2, which macOS still has, knows no `compopt`; there, a path is completed without its slash.
const BASH = String.raw`# klingmake completion for bash:  source <(klingmake completion bash)
_klingmake() {
  local IFS=$'\n' line cur=${"$"}{COMP_WORDS[COMP_CWORD]}
  COMPREPLY=()
  while read -r line; do
    if [[ $line == :files ]]; then
      compopt -o filenames 2>/dev/null
      COMPREPLY=($(compgen -f -- "${"$"}{cur#=}"))
      return
    fi
    COMPREPLY+=("${"$"}{line%%$'\t'*}")
  done < <("${"$"}{COMP_WORDS[0]/#\~/$HOME}" complete -- "${"$"}{COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _klingmake klingmake
`;

const ZSH = String.raw`#compdef klingmake
# klingmake completion for zsh:  source <(klingmake completion zsh)
_klingmake() {
  local line value
  local -a found
  while IFS= read -r line; do
    if [[ $line == :files ]]; then
      [[ $PREFIX == --*=* ]] && compset -P 1 '*='
      _files
      return
    fi
    value=${"$"}{${"$"}{line%%$'\t'*}//:/\\:}
    [[ $line == *$'\t'* ]] && value+=":${"$"}{line#*$'\t'}"
    found+=("$value")
  done < <("${"$"}{(Q)words[1]/#\~/$HOME}" complete -- "${"$"}{(@Q)words[2,CURRENT]}" 2>/dev/null)
  (( $#found )) && _describe -V klingmake found
}
if [[ $funcstack[1] == _klingmake ]]; then
  _klingmake "$@"
elif (( $+functions[compdef] )); then
  compdef _klingmake klingmake
fi
`;

const FISH = String.raw`# klingmake completion for fish:  klingmake completion fish | source
function __klingmake_complete
    set -l words (commandline -opc) (commandline -ct)
    set -l found ($words[1] complete -- $words[2..-1] 2>/dev/null)
    if test "$found[1]" = ":files"
        set -l option (string match -r '^--[^=]*=' -- $words[-1])
        string replace -r '^' -- "$option" (__fish_complete_path (string replace -- "$option" '' $words[-1]))
    else
        printf '%s\n' $found
    end
end
complete -c klingmake -f -k -a '(__klingmake_complete)'
`;

const SCRIPTS: Readonly<Record<Shell, string>> = { bash: BASH, zsh: ZSH, fish: FISH };

/** Prints the script for a shell. */
export function completionCommand({ shell }: Command & { name: "completion" }): Promise<Answer> {
  const text = SCRIPTS[shell];
  return Promise.resolve({ exit: EXIT.done, data: { shell, script: text }, diagnostics: [], text });
}
