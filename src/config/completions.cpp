// Shell completions, the vim syntax file and the fuzz dictionary.

#include <string>
#include <vector>

#include "base/text.hpp"
#include "config/help.hpp"
#include "wire/dhcp_option_table.hpp"

namespace pxed::config {

namespace {

// Not in the table: they are main()'s and no directives.
constexpr std::string_view k_own_options[] = {"--test", "--test=strict", "--dump", "--help", "--version"};

// What is refused or skipped can be written, but nobody is led to it.
bool is_offered(const Directive& row) {
    return row.status != Status::recognised_other && row.status != Status::not_served;
}

// Where a value names a file or a directory, the shell completes paths.
bool takes_path(const Directive& row) {
    return row.syntax.starts_with("PATH") || row.syntax.starts_with("FILE") || row.syntax.starts_with("DIR");
}

// Characters that zsh's _arguments and fish's quotes give a meaning to.
std::string without_quotes(std::string_view text) {
    std::string result;
    for (const char c : text) {
        if (c != '\'' && c != '[' && c != ']' && c != ':') result += c;
    }
    return result;
}

}  // namespace

// bash cuts words at `=`, so that `--conf-file=x` comes as three; a path is completed behind either form.
std::string bash_completion() {
    std::string words;
    std::string paths;
    for (const auto option : k_own_options)
        words += ' ' + std::string{option};
    for (const auto& row : directives()) {
        if (!is_offered(row)) continue;
        const std::string name = "--" + std::string{row.name};
        words += ' ' + name + (row.value == Value::required ? "=" : "");
        if (takes_path(row)) paths += (paths.empty() ? "" : "|") + name;
    }
    return "# bash completion for pxed, written from its directive table\n"
           "_pxed() {\n"
           "    local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}\n"
           "    if [[ $word == '=' ]]; then word=; elif [[ $previous == '=' ]]; then "
           "previous=${COMP_WORDS[COMP_CWORD-2]}; fi\n"
           "    case $previous in\n"
           "        -C|" +
           paths +
           ") mapfile -t COMPREPLY < <(compgen -f -- \"$word\"); return ;;\n"
           "    esac\n"
           "    mapfile -t COMPREPLY < <(compgen -W '" +
           words +
           "' -- \"$word\")\n"
           "    [[ ${COMPREPLY[0]} == *= ]] && compopt -o nospace\n"
           "}\n"
           "complete -F _pxed pxed\n";
}

// _arguments takes one specification a directive; `*` in front lets it be repeated.
std::string zsh_completion() {
    std::string text =
        "#compdef pxed\n# written from pxed's directive table\n_arguments -s \\\n"
        "  '--test=-[read the configuration, say what is wrong, and exit]::strictness:(strict)' \\\n"
        "  '--dump[print every line that counts and where it is written]' \\\n"
        "  '(-w --help)'{-w,--help}'[show help]' \\\n  '(-v --version)'{-v,--version}'[show version]'";
    for (const auto& row : directives()) {
        if (!is_offered(row)) continue;
        text += " \\\n  '*--" + std::string{row.name};
        if (row.value != Value::none) text += '=';
        text += '[' + without_quotes(row.help) + ']';
        if (row.value == Value::required) text += ':' + without_quotes(row.syntax) + ':';
        if (row.value == Value::optional) text += "::" + without_quotes(row.syntax) + ':';
        if (takes_path(row)) text += "_files";
        text += '\'';
    }
    return text + '\n';
}

std::string fish_completion() {
    std::string text =
        "# fish completion for pxed, written from its directive table\ncomplete -c pxed -f\n"
        "complete -c pxed -l test -d 'read the configuration and exit'\n"
        "complete -c pxed -l test=strict -d 'the same, and let no warning pass'\n"
        "complete -c pxed -l dump -d 'print every line that counts and where it is written'\n"
        "complete -c pxed -s w -l help -d 'show help'\ncomplete -c pxed -s v -l version -d 'show version'\n";
    for (const auto& row : directives()) {
        if (!is_offered(row)) continue;
        text += "complete -c pxed -l " + std::string{row.name};
        if (row.short_option != 0) text += std::string{" -s "} + row.short_option;
        // -x is "a value, and no files": fish refuses it together with -F.
        if (row.value == Value::required) text += takes_path(row) ? " -r" : " -x";
        if (takes_path(row)) text += " -F";
        text += " -d '" + without_quotes(row.help) + "'\n";
    }
    return text;
}

// iskeyword gets the dash, or `dhcp-range` would be two words to vim.
std::string vim_syntax() {
    std::string served;
    std::string skipped;
    for (const auto& row : directives())
        // What is skipped has a colour of its own: the file's author sees at once what pxed leaves out.
        (is_offered(row) ? served : skipped) += ' ' + std::string{row.name};
    return "\" Vim syntax file for pxed.conf, written from pxed's directive table\n"
           "if exists('b:current_syntax')\n  finish\nendif\n"
           "setlocal iskeyword+=-\n"
           "syn keyword pxedDirective" +
           served +
           "\n"
           "syn keyword pxedSkipped" +
           skipped +
           "\n"
           "syn match pxedComment /\\(^\\|\\s\\)#.*$/\n"
           "syn region pxedText start=/\"/ skip=/\\\\./ end=/\"/ oneline\n"
           "syn match pxedAddress /\\<\\d\\{1,3}\\(\\.\\d\\{1,3}\\)\\{3}\\>/\n"
           "syn match pxedTag /\\<\\(tag\\|set\\|net\\):!\\?[^,[:space:]]*/\n"
           "hi def link pxedDirective Keyword\nhi def link pxedSkipped Todo\nhi def link pxedComment "
           "Comment\n"
           "hi def link pxedText String\nhi def link pxedAddress Number\nhi def link pxedTag Identifier\n"
           "let b:current_syntax = 'pxed'\n";
}

std::string fuzz_dictionary() {
    std::string text = "# written from pxed's directive table\n";
    for (const auto& row : directives()) {
        text += '"' + std::string{row.name} + (row.value == Value::none ? "" : "=") + "\"\n";
    }
    // The words below the directives' names: a mutator does not find `option:vendor-class` by chance.
    for (const auto& row : dhcp::option_table())
        text += "\"option:" + std::string{row.name} + "\"\n";
    for (const auto* word :
         {"tag:",          "tag:!", "set:",    "net:",       "id:",       "id:*", "infinite",      "ignore",
          "static",        "proxy", "vendor:", "encap:",     "vi-encap:", "12h",  "255.255.255.0", "0.0.0.0",
          "aa:bb:*:*:*:*", "#",     "\\x22",   "\\x0d\\x0a", ",",         "=",    "[::1]"}) {
        text += '"' + std::string{word} + "\"\n";
    }
    return text;
}

}  // namespace pxed::config
