#!/usr/bin/env bash
# documents.sh DOCUMENTS: what is written for people and for other programs is read by those programs: manuals by mandoc,
# completions by their shells, colours by vim, profiles by apparmor_parser, firewalld's and ufw's formats, the dashboard.
# DOCUMENTS: where the build wrote pxed.conf.5 and the completions.
set -euo pipefail
documents=${1:?usage: documents.sh DOCUMENTS}
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export HOME=$work
failures=0

check() { # check WORDS COMMAND...
  local words=$1
  shift
  if "$@" > "$work/out" 2>&1; then
    echo "  ok: $words"
  else
    echo "FAILED: $words   [$*]"
    head -n 20 "$work/out"
    failures=$((failures + 1))
  fi
}
need() { # need PROGRAM: false where it is not there; a failure where everything was installed (tests/run)
  command -v "$1" > /dev/null && return 0
  [ -z "${PXED_E2E_STRICT:-}" ] || { echo "FAILED: $1 is not installed"; failures=$((failures + 1)); }
  return 1
}
export PATH=$PATH:/usr/sbin:/sbin

silent() { # silent COMMAND...: it ends well and has nothing to say
  local said
  said=$("$@" 2>&1) || { echo "$said"; return 1; }
  [ -z "$said" ] || { echo "$said"; return 1; }
}
says() { # says TEXT COMMAND...: a line of what it says begins with TEXT
  local text=$1 said
  shift
  said=$("$@" 2>&1) || true
  echo "$said"
  grep -Fq -- "$text" <<< "$said"
}

if need mandoc; then
  for page in "$root"/man/*.[0-9] "$documents/pxed.conf.5"; do
    check "mandoc finds nothing in ${page##*/}" silent mandoc -Tlint "$page"
  done
  check "a page with a mistake is found" eval '! silent mandoc -Tlint <<< ".XX"'
fi

# What a completion offers behind the words so far.
cat > "$work/ask.bash" << 'END'
source "$1"; shift
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
compopt() { :; }
_pxed
printf '%s\n' "${COMPREPLY[@]}"
END
ask_bash() { bash "$work/ask.bash" "$documents/pxed.bash" "$@"; }
check "bash completes a directive" says --tftp-root= ask_bash pxed --tftp-ro
check "bash completes the options of pxed itself" says --dump ask_bash pxed --du
check "bash completes a path behind =" says /etc/hosts ask_bash pxed --conf-file = /etc/host
check "bash completes a path behind -C" says /etc/hosts ask_bash pxed -C /etc/host
if need fish; then
  check "fish reads its completions" silent fish -c "source $documents/pxed.fish"
  check "fish completes a directive" says --tftp-root fish -c "source $documents/pxed.fish; complete -C 'pxed --tftp-ro'"
  check "fish completes a path" says /etc/hosts fish -c "source $documents/pxed.fish; complete -C 'pxed --conf-file /etc/host'"
fi
if need zsh; then
  check "zsh reads its completions" zsh -n "$documents/_pxed"
  # zsh completes in its line editor alone, and that wants a terminal: zpty is one. Nothing is typed at it and nothing read
  # from it, since what a terminal echoes depends on its width, on TERM and on the moment: the editor, once it is ready,
  # calls zle-line-init, which completes a line of ours and leaves the outcome in a file.
  mkdir "$work/zsh"
  cat > "$work/zsh/.zshrc" << 'END'
PROMPT= fpath=("$documents" $fpath)
autoload -Uz compinit
compinit -D -u
complete_ours() {
  BUFFER=$typed CURSOR=$#typed
  zle complete-word
  print -r -- "$BUFFER" > "$completed.new" && mv "$completed.new" "$completed"
}
zle -N zle-line-init complete_ours
END
  cat > "$work/ask.zsh" << 'END'
zmodload zsh/zpty
export documents=$1 typed=$2 completed=$3 ZDOTDIR=$4 TERM=dumb
rm -f "$completed"
zpty -b shell zsh -o noglobalrcs -i
for ((i = 0; i < 200; i++)); do
  [[ ! -e $completed ]] || break
  zpty -r -t shell part && said+=$part # or the shell would wait for a reader
  sleep 0.1
done
zpty -d shell
cat "$completed" || print -r -- "$said"
END
  zsh_makes() { # zsh_makes LINE TYPED: what stands there once it is completed
    local made
    made=$(timeout 30 zsh -f "$work/ask.zsh" "$documents" "$2" "$work/completed" "$work/zsh" 2>&1) || true
    echo "$made"
    [ "$made" = "$1" ]
  }
  touch "$work/only-one.conf"
  check "zsh completes a directive" zsh_makes "pxed --tftp-unique-root=" "pxed --tftp-uniq"
  check "zsh completes a path" zsh_makes "pxed --conf-file=$work/only-one.conf " "pxed --conf-file=$work/only"
fi
if need vim; then
  mkdir -p "$work/vim/syntax" "$work/vim/ftdetect"
  cp "$documents/pxed.vim" "$work/vim/syntax/"
  cp "$root/contrib/vim/ftdetect/pxed.vim" "$work/vim/ftdetect/"
  printf '%s\n' 'dhcp-range=tag:x,192.168.1.1,1h # c' 'server=1' > "$work/pxed.conf"
  colour() { # colour LINE COLUMN: the group vim gives to what stands there
    vim -Nu NONE -i NONE -n -es -c "set runtimepath^=$work/vim" -c 'filetype on' -c 'syntax on' -c "edit $work/pxed.conf" \
      -c "call writefile([synIDattr(synID($1,$2,1),'name')], '$work/colour')" -c 'qa!' < /dev/null || true
    cat "$work/colour"
  }
  check "vim knows the file and a directive" says pxedDirective colour 1 1
  check "vim knows a tag" says pxedTag colour 1 12
  check "vim knows an address" says pxedAddress colour 1 18
  check "vim knows a comment" says pxedComment colour 1 34
  check "vim shows what pxed skips" says pxedSkipped colour 2 1
fi
if need apparmor_parser; then
  # -Q: no kernel is asked, so it works in a container too.
  check "apparmor_parser takes the profile" apparmor_parser -Q -K "$root/contrib/apparmor/usr.sbin.pxed"
fi
check "the files of contrib/ say what pxed is" python3 "$root/tests/lint/contrib.py" "$root"
[ "$failures" = 0 ]
