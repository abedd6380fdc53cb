#include "machine/catalog.hpp"

#include "base/text.hpp"
#include "machine/message.hpp"

namespace pxed {

namespace {

constexpr std::size_t k_width = 80;

// journalctl puts the message's own fields in place of @NAME@; where a message lacks one, the bare name
// stays.
std::string_view where_to_look(Look look) {
    switch (look) {
        case Look::machine:
            return "Machine @PXED_MAC@ on @PXED_INTERFACE@. All that was said of it:\n\n"
                   "    journalctl -u pxed PXED_MAC=@PXED_MAC@\n\n"
                   "If a line of the configuration decided, PXED_CONF_FILE and PXED_CONF_LINE name it:\n\n"
                   "    journalctl -o verbose PXED_MAC=@PXED_MAC@\n\n"
                   "With log-dhcp the message before it has the tags of the machine and what it sent.";
        case Look::pool:
            return "Machine @PXED_MAC@ on @PXED_INTERFACE@. How many addresses each range has left, and what "
                   "the interface has:\n\n"
                   "    systemctl kill -s USR1 pxed; journalctl -u pxed -n 40\n"
                   "    ip -4 address show dev @PXED_INTERFACE@";
        case Look::relay:
            return "Machine @PXED_MAC@, by @PXED_INTERFACE@: @PXED_DETAIL@. All that was relayed:\n\n"
                   "    journalctl -u pxed PXED_EVENT=relay";
        case Look::other_server:
            return "On @PXED_INTERFACE@: @PXED_DETAIL@. All servers that were heard:\n\n"
                   "    systemctl kill -s USR1 pxed; journalctl -u pxed -n 40";
        case Look::lease_database:
            return "A lease is on disk before it is acknowledged, so a disk that is full or slow is felt by "
                   "every machine:\n\n"
                   "    df -h /var/lib/pxed; ls -ld /var/lib/pxed\n"
                   "    journalctl -u pxed -p err";
        case Look::file:
            return "Asked for by @PXED_CLIENT_IP@: @PXED_FILE@. Who may read each directory on the way to "
                   "it:\n\n"
                   "    namei -l TFTP-ROOT/@PXED_FILE@\n\n"
                   "The unit hides /home, /root and /run/user from pxed (ProtectHome).\n\n"
                   "    journalctl -u pxed PXED_CLIENT_IP=@PXED_CLIENT_IP@";
        case Look::transfer:
            return "Client @PXED_CLIENT_IP@: @PXED_FILE@. All that it asked for:\n\n"
                   "    journalctl -u pxed PXED_CLIENT_IP=@PXED_CLIENT_IP@";
        case Look::load:
            return "How much is going on at this moment:\n\n"
                   "    systemctl status pxed\n"
                   "    systemctl kill -s USR1 pxed; journalctl -u pxed -n 40\n"
                   "    systemctl show pxed -p LimitNOFILE";
    }
    return {};
}

// Lines of at most k_width characters; those that begin with four blanks are commands and stay whole.
std::string wrapped(std::string_view text) {
    std::string result;
    for (const auto line : split(text, '\n')) {
        if (line.starts_with("    ")) {
            result += std::string{line} + '\n';
            continue;
        }
        std::size_t column = 0;
        for (const auto word : split(line, ' ')) {
            const bool breaks = column > 0 && column + 1 + word.size() > k_width;
            if (column > 0) result += breaks ? '\n' : ' ';
            result += word;
            column = (breaks || column == 0 ? 0 : column + 1) + word.size();
        }
        result += '\n';
    }
    return result;
}

std::string entry(std::string_view id, std::string_view subject, const std::string& body) {
    std::string text = "-- " + std::string{id} + "\nSubject: " + std::string{subject} +
                       "\nDefined-By: pxed\nDocumentation: man:pxed(8) man:pxed.conf(5)\n\n";
    return text + wrapped(body) + '\n';
}

std::string capitalised(std::string_view text) {
    std::string result{text};
    if (!result.empty() && result[0] >= 'a' && result[0] <= 'z')
        result[0] = static_cast<char>(result[0] - 'a' + 'A');
    return result;
}

bool is_about_files(machine::Stage stage) {
    return stage >= machine::Stage::tftp_request;
}

}  // namespace

std::string catalog_text() {
    std::string text =
        "# What pxed's messages mean, for journalctl -x. Written from pxed's tables of reasons and "
        "messages.\n\n";
    for (const auto& row : reason_messages()) {
        const auto& reason = row_of(row.reason);
        text += entry(row.id, capitalised(reason.phrase),
                      std::string{reason.advice} + "\n\n" + std::string{where_to_look(row.look)});
    }
    for (const auto& row : stage_messages()) {
        const auto look = is_about_files(row.stage) ? Look::transfer : Look::machine;
        text += entry(row.id, "Step of a boot: " + std::string{name_of(row.stage)},
                      std::string{row.explanation} + "\n\n" + std::string{where_to_look(look)});
    }
    for (const auto& row : daemon_messages()) {
        std::string body{row.explanation};
        std::erase(body, '`');
        text += entry(row.id, row.subject, body);
    }
    return text;
}

}  // namespace pxed
