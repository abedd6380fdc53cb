// What each kind of client would be told to boot, found by asking the decision itself: a message as that
// client sends it, its tags, its boot line. So whatever decides - order, negation, tag-if, a range's tag - is
// judged as it will be served: firmware that would get a program of the other kind, iPXE that would load
// itself again for ever.

#include <algorithm>
#include <array>
#include <set>

#include "base/text.hpp"
#include "config/check_rules.hpp"
#include "config/fields.hpp"
#include "dhcp/boot.hpp"
#include "dhcp/classify.hpp"
#include "dhcp/configured.hpp"
#include "tree/boot_choice.hpp"
#include "tree/boot_program.hpp"
#include "wire/arch.hpp"

namespace pxed::config {

namespace {

using tree::Platform;

struct Kind {
    std::string_view who;
    Arch arch;
    Platform wants;
    bool is_ipxe = false;
    tree::Cpu cpu = tree::Cpu::x64;  // of UEFI
};

// In pairs: firmware, and iPXE that it has started. Then kinds that mostly get what UEFI on x64 gets: of them
// only what is different is said.
constexpr std::array k_kinds{
    Kind{"BIOS clients (arch 0)", Arch::bios, Platform::bios},
    Kind{"iPXE on BIOS", Arch::bios, Platform::bios, true},
    Kind{"UEFI clients (arch 7)", Arch::x64_efi, Platform::efi},
    Kind{"iPXE on UEFI", Arch::x64_efi, Platform::efi, true},
    Kind{"UEFI clients that say arch 9", Arch::ebc_efi, Platform::efi},
    Kind{"UEFI clients on ia32 (arch 6)", Arch::ia32_efi, Platform::efi, false, tree::Cpu::ia32},
    Kind{"UEFI clients on arm64 (arch 11)", Arch::arm64_efi, Platform::efi, false, tree::Cpu::arm64},
    Kind{"UEFI HTTP Boot clients (arch 16)", Arch::x64_http, Platform::efi},
};

bool is_http(const Kind& kind) {
    return kind.arch == Arch::x64_http;
}

// Locally administered: nobody's.
HwAddr sample_hardware() {
    return HwAddr{k_ethernet, std::array<std::uint8_t, 6>{0x02, 0, 0, 0, 0, 1}};
}

// A DISCOVER with what RFC 4578 and PXE 2.1 let firmware say, and what iPXE says.
dhcp::Message message_of(const Kind& kind) {
    dhcp::Message message;
    message.hardware = sample_hardware();
    const auto number = static_cast<std::uint16_t>(kind.arch);
    const auto set = [&message](std::uint8_t code, std::string_view value) {
        message.options.set(code, as_bytes(value));
    };
    set(dhcp::k_message_type, "\1");
    auto padded = std::to_string(number);
    padded.insert(0, 5 - padded.size(), '0');
    const std::string how = is_http(kind) ? "HTTPClient" : "PXEClient";
    set(dhcp::k_vendor_class, how + ":Arch:" + padded + ":UNDI:003016");
    set(dhcp::k_client_arch, std::string{'\0', static_cast<char>(number)});
    set(dhcp::k_client_interface, std::string_view{"\1\3\x10", 3});
    set(dhcp::k_client_machine_id, std::string(17, '\0'));
    if (kind.is_ipxe) {
        set(dhcp::k_user_class, "iPXE");
        // Features: 0x13 HTTP, 0x14 HTTPS, 0x12 and the like; each a byte of 1.
        set(dhcp::k_ipxe, std::string_view{"\x13\1\1\x14\1\1\x12\1\1\x10\1\2\x27\1\1\x19\1\1\x21\1\1", 21});
    }
    return message;
}

// The word of boot-arch for it.
std::string word_for(const Kind& kind) {
    if (kind.wants == Platform::bios) return "bios";
    return "efi-" + std::string{tree::name_of(kind.cpu)};
}

bool is_url(std::string_view file) {
    return file.find("://") != file.npos;
}

std::string_view words_of(Platform platform) {
    switch (platform) {
        case Platform::bios:
            return "a program for BIOS";
        case Platform::efi:
            return "a program for UEFI";
        case Platform::script:
            return "a script that only iPXE can run";
        case Platform::unknown:
            break;
    }
    return "no boot program";
}

// A file that never asks for the architecture serves one kind of machine, and its owner knows which.
bool tells_architectures(const dhcp::Policy& dhcp) {
    const auto names_one = [](std::string_view text) { return text.find("Arch:") != text.npos; };
    return !dhcp.predefined_tags.empty() || std::ranges::any_of(dhcp.boots, [](const dhcp::Boot& boot) {
        return boot.arch.has_value();
    }) || std::ranges::any_of(dhcp.matches, [&](const dhcp::Match& match) {
        return match.code == dhcp::k_client_arch || names_one(as_text(match.value));
    }) || std::ranges::any_of(dhcp.vendor_classes, [&](const dhcp::ClassMatch& line) {
        return names_one(line.text);
    });
}

// Plays the kinds of clients through a policy and says what is wrong with what they get, once a line.
class Play {
 public:
    Play(const Config& config, const World& world, Findings& findings)
        : config_(config), world_(world), findings_(findings), policy_(config.dhcp) {
        // Nobody is known, nobody is left out: what hosts set is tried below.
        policy_.hosts.clear();
        policy_.ignores.clear();
        add_situations();
    }

    void run() {
        for (const auto& kind : k_kinds) {
            const auto message = message_of(kind);
            auto client = dhcp::client_of(message, policy_.ignores_client_ids);
            const auto who = dhcp::classify(policy_, message, "", dhcp::Place{}, client);
            const auto boots = dhcp::boot_client_of(message);
            bool is_told_something = false;
            for (const auto& situation : situations_)
                is_told_something |= judge(kind, boots, who.without_tag_if, situation);
            if (!is_told_something) judge_silence(kind);
        }
    }

 private:
    // The tags that a client has for where and who it is, rather than for what it is.
    using Situation = std::vector<std::string>;
    // More make no new cases: files have a handful of groups, and tags of their own for each machine.
    static constexpr std::size_t k_most_situations = 64;

    void add_situations() {
        std::set<Situation> hosts{{}};
        std::set<std::string> ranges;
        for (const auto& host : config_.dhcp.hosts) {
            if (host.set_tags.empty() || hosts.size() >= k_most_situations) continue;
            auto tags = host.set_tags;
            tags.emplace_back("known");
            hosts.insert(std::move(tags));
        }
        for (const auto& range : config_.dhcp.ranges)
            ranges.insert(range.set_tag);
        if (ranges.empty()) ranges.insert("");
        for (const auto& host : hosts) {
            for (const auto& range : ranges) {
                auto tags = host;
                tags.push_back(range);
                if (situations_.size() < k_most_situations) situations_.push_back(std::move(tags));
            }
        }
    }

    [[nodiscard]] dhcp::BootAnswer answer_for(const dhcp::BootClient& client, dhcp::Tags tags,
                                              const Situation& situation) const {
        tags.set_all(situation);
        dhcp::apply_tag_ifs(policy_.tag_ifs, tags);
        return dhcp::boot_of(policy_, tags, dhcp::ChosenOptions{policy_, tags, tags},
                             {client, sample_hardware()});
    }

    /// Whether such a client is named a file at all.
    bool judge(const Kind& kind, const dhcp::BootClient& client, const dhcp::Tags& shown,
               const Situation& situation) {
        const auto answer = answer_for(client, shown, situation);
        // What was found is right for whom it was found.
        if (!answer.file.empty() && answer.line.is_known() && answer.is_from_boot_line)
            judge_file(kind, answer);
        return !answer.file.empty();
    }

    void judge_file(const Kind& kind, const dhcp::BootAnswer& answer) {
        // Those who say 9 mostly get what those who say 7 get, and then all is said already.
        if (kind.arch == Arch::x64_efi && !kind.is_ipxe) x64_lines_.insert(answer.line);
        const bool is_said = x64_lines_.contains(answer.line);
        if (is_said && (kind.arch == Arch::ebc_efi || is_http(kind))) return;
        const auto program = program_of(answer.file, world_);
        // That a line has something for BIOS is said with x64, the kind that every network has.
        if (is_said && kind.cpu != tree::Cpu::x64 && program.platform != Platform::efi) return;
        if (is_http(kind) && !is_url(answer.file)) {
            judge_http(kind, answer);
            return;
        }
        if (kind.is_ipxe) {
            judge_loop(kind, answer, program);
        } else {
            judge_platform(kind, answer, program);
        }
    }

    void judge_platform(const Kind& kind, const dhcp::BootAnswer& answer, const tree::BootProgram& program) {
        const bool is_other_cpu = program.platform == Platform::efi && kind.wants == Platform::efi &&
                                  program.cpu != tree::Cpu::unknown && program.cpu != kind.cpu;
        const bool is_wrong = program.platform != Platform::unknown && program.platform != kind.wants;
        if (!is_wrong && !is_other_cpu) return;
        std::string text{kind.who};
        text += " would get " + escaped(answer.file) + ", ";
        text += words_of(program.platform);
        if (is_other_cpu) text += " on " + std::string{tree::name_of(program.cpu)};
        // Few machines are of the other kinds, and a file for machines of one kind is right for them.
        const bool is_common = kind.arch == Arch::bios || kind.arch == Arch::x64_efi;
        const bool is_certain = tells_architectures(config_.dhcp) && is_common;
        const auto severity = is_certain ? Finding::Severity::warning : Finding::Severity::note;
        if (!is_certain) text += "; that is well as long as there are none";
        say(answer.line, std::move(text), severity, arch_line(kind));
    }

    // The line that would give such a client what the tree has for it; empty where it has nothing.
    [[nodiscard]] std::string arch_line(const Kind& kind) const {
        const auto file = tree::choose(config_.dhcp.boot_tree, tree::found_for(kind.arch));
        return file.empty() ? std::string{} : "boot-arch=" + word_for(kind) + ',' + file;
    }

    // UEFI HTTP Boot drops an offer that names no URL; pxed makes one where it serves HTTP itself.
    void judge_http(const Kind& kind, const dhcp::BootAnswer& answer) {
        const auto line = std::ranges::find(config_.dhcp.boots, answer.line, &dhcp::Boot::origin);
        const bool is_meant = line != config_.dhcp.boots.end() && (line->arch || !line->tests.empty());
        if (config_.http.is_enabled || !is_meant) return;
        say(answer.line,
            std::string{kind.who} + " would get " + escaped(answer.file) +
                ", which is no URL; enable-http makes it one",
            Finding::Severity::note, {});
    }

    // The scripts of boot-linux are for loaders: iPXE, GRUB or PXELINUX has to run first. Only when no
    // machine of the kind gets one: a file that names it to some tags, or to all but some, means that.
    void judge_silence(const Kind& kind) {
        const bool is_common = kind.arch == Arch::bios || kind.arch == Arch::x64_efi;
        if (config_.dhcp.linux_boots.empty() || kind.is_ipxe || !is_common) return;
        auto line = arch_line(kind);
        if (line.empty())
            line = kind.wants == Platform::bios ? "boot-arch=bios,undionly.kpxe"
                                                : "boot-arch=efi-x64,snponly.efi";
        say(config_.dhcp.linux_boots.front().origin,
            "boot-linux: " + std::string{kind.who} +
                " get no loader, and only iPXE, GRUB and PXELINUX can read what boot-linux says",
            Finding::Severity::warning, std::move(line));
    }

    void judge_loop(const Kind& kind, const dhcp::BootAnswer& answer, const tree::BootProgram& program) {
        const bool is_for_it = program.platform == kind.wants;
        if (!program.is_ipxe() || !is_for_it) return;
        const auto tag = ipxe_tag(config_.dhcp);
        std::string text{kind.who};
        text += " would get " + escaped(answer.file) +
                " again; instead it gets a line for iPXE, a script of boot.ipxe, or no file";
        if (tag.empty()) {
            // An iPXE with a script built in does not ask a second time.
            say(answer.line, text + "; a line for iPXE is dhcp-boot=tag:ipxe,FILE", Finding::Severity::note,
                {});
            return;
        }
        const auto boot = std::ranges::find(config_.dhcp.boots, answer.line, &dhcp::Boot::origin);
        if (boot == config_.dhcp.boots.end()) return;
        auto repaired = *boot;
        repaired.tests.push_back({tag, true});
        say(answer.line, text + ": this is the last line that holds for it", Finding::Severity::warning,
            line_of(repaired));
    }

    void say(Origin origin, std::string text, Finding::Severity severity, std::string suggestion) {
        if (!said_.insert({origin, text}).second) return;
        findings_.push_back({origin, std::move(text), severity, std::move(suggestion)});
    }

    const Config& config_;
    const World& world_;
    Findings& findings_;
    dhcp::Policy policy_;
    std::vector<Situation> situations_;
    std::set<Origin> x64_lines_;  // what UEFI clients that say 7 get
    std::set<std::pair<Origin, std::string>> said_;
};

void check_clients(const Config& config, const World& world, Findings& findings) {
    if (config.dhcp.boots.empty() && config.dhcp.linux_boots.empty()) return;
    Play{config, world, findings}.run();
}

constexpr Rule k_rules[] = {check_clients};

}  // namespace

tree::BootProgram program_of(std::string_view file, const World& world) {
    const auto known = std::ranges::find(world.boot_files, file, &World::BootFile::name);
    if (known != world.boot_files.end() && known->is_readable && known->program.platform != Platform::unknown)
        return known->program;
    return tree::guess_from_name(file);
}

std::string ipxe_tag(const dhcp::Policy& dhcp) {
    for (const auto& match : dhcp.matches) {
        if (match.code == dhcp::k_ipxe) return match.set_tag;
    }
    for (const auto& line : dhcp.user_classes) {
        if (line.text == "iPXE") return line.set_tag;
    }
    return {};
}

std::span<const Rule> client_rules() {
    return k_rules;
}

}  // namespace pxed::config
