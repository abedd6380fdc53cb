// The kinds of journal messages: this file is a table. An id is made once (`systemd-id128 new`) and never
// used for anything else, for it is stored in journals and written into people's alerts.

#include "machine/message.hpp"

#include <algorithm>
#include <array>

namespace pxed {

namespace {

using machine::Stage;

constexpr auto k_reasons = std::to_array<ReasonMessage>({
    {Reason::malformed, "42b775ecb4fe493ca9bf85d84494134c", Look::machine},
    {Reason::not_a_request, "b7eb3189d69f40b0b2e9126ef804aaf9", Look::machine},
    {Reason::wrong_interface, "7d622a34e21c41ea88d1c1ca9a3a8d38", Look::machine},
    {Reason::no_range, "70b8130774cf401f969e44c3106bd29a", Look::pool},
    {Reason::static_only, "3736c88ddf7a47ce996476c0d6e5f5e3", Look::pool},
    {Reason::no_address, "273d6e190b514242bc49b0ea3a5cd171", Look::pool},
    {Reason::ignored_by_tag, "ed63b0f299c940408f2fb70ca0536f31", Look::machine},
    {Reason::ignored_host, "bb8fabf4e1f64ec9a3a7d5b4e3977ef2", Look::machine},
    {Reason::no_unique_id, "5ab697cfe11d499087e33d9fb5eba82d", Look::machine},
    {Reason::other_server, "d96523847a00443d907c46fa9d91cec8", Look::machine},
    {Reason::unknown_lease, "3ce1a84ab9294a5a89dbdb14c9350c37", Look::machine},
    {Reason::unknown_rebinding, "53141fb7c8a14003951323686a339060", Look::machine},
    {Reason::lease_ended, "76cfde7124cf4f0c9c509013f9239d70", Look::machine},
    {Reason::not_pxe, "6c87313a350b43238c86b061c4c346ae", Look::machine},
    {Reason::proxy_only, "f59e0e924b7f43d0b393fd508ad2a020", Look::machine},
    {Reason::no_client_arch, "20a987344346455e87003d91cdd65c4e", Look::machine},
    {Reason::no_boot_file, "1d2ecd9b538c4d41b6864342b931c96f", Look::machine},
    {Reason::unknown_boot_item, "ce2e26b7d10e4eb3ad071c0368d58af3", Look::machine},
    {Reason::credentials_asked, "dffdfdab541a40e284d754cf046a7e5b", Look::machine},
    {Reason::relay_refused, "28202fb5c4444bfdb3155511f612b83b", Look::relay},
    {Reason::too_many_hops, "5809c46de2a84dac840e4479f382cb53", Look::relay},
    {Reason::relay_without_interface, "27985bde11f74f85b3f93f179bf4a7a3", Look::relay},
    {Reason::relay_reply_misdirected, "41a12a9a13f045dd99cbf4c06b15f94d", Look::relay},
    {Reason::bootp_without_host, "5b0ce9fe99aa4e1bb8a76d170388c1ee", Look::machine},
    {Reason::unsupported_type, "45e024045205428ca36b62d24f76127c", Look::machine},
    {Reason::lease_limit, "5a9ec0cd80e24df2a88653b4113725ec", Look::pool},
    {Reason::store_failed, "8da10646c0b54c6f9767288ea3d570cf", Look::lease_database},
    {Reason::waiting_for_store, "ba1eb42318694b84ae9ff5506b11a42a", Look::lease_database},
    {Reason::waiting_for_probe, "345c215be96741efbb18e1fcc02642f2", Look::machine},
    {Reason::overloaded, "1d99c6bb8e4f4b5ba09b79df37702cac", Look::load},
    {Reason::wrong_server_id, "8cba101eb94f46b58c97661a88ace2c9", Look::machine},
    {Reason::wrong_address, "afa9b0e0964f4d0ea9d1c0e70fe95af3", Look::machine},
    {Reason::wrong_network, "c43aa78cb92c4750961636fd3c059118", Look::machine},
    {Reason::address_not_available, "0b6d34b6edb14b4886ee949bf5185860", Look::machine},
    {Reason::static_lease_available, "3bac88fa903345c4a16701cc042d0068", Look::machine},
    {Reason::address_reserved, "8fc05960b8124da49f4b3cb725b57c77", Look::machine},
    {Reason::address_in_use, "a73030aa49a64ef3a4dd428ab09d025c", Look::machine},
    {Reason::lease_not_found, "eff1a84297f74963982d3412ba259c3a", Look::machine},
    {Reason::host_address_leased, "b3b302c6065242f48549585aaf4c2bd1", Look::machine},
    {Reason::host_address_is_server, "d827bcca709a40888f4d3f3b05f03947", Look::machine},
    {Reason::host_address_declined, "520feca487604b26afa17d40057175e0", Look::machine},
    {Reason::boot_file_too_long, "0fd238273128452aaed9c3a7209a1f27", Look::machine},
    {Reason::pxe_menu_too_long, "3a330b251840475396379a143145db84", Look::machine},
    {Reason::ipxe_would_loop, "15534c7c81f04101a81f995d5576456a", Look::machine},
    {Reason::ipxe_lacks_http, "364138bca542484ba437e5973ad3f949", Look::machine},
    {Reason::no_boot_url, "af1c64afa97b46db8c20a217214ad79e", Look::machine},
    {Reason::option_left_out, "d1cb8525665242edae63d0b3a041e834", Look::machine},
    {Reason::domain_ignored, "f704cefdd24345b18e51a00fc5825d5c", Look::machine},
    {Reason::address_declined, "3a1848c7392d40f891fdf1ae123c200b", Look::machine},
    {Reason::address_conflict, "c8b6f51f8d8347d399517dcbdf004a2a", Look::machine},
    {Reason::abandoned_sibling_lease, "7315fadc763f4fb1ac870f225459f2d7", Look::machine},
    {Reason::offer_in_other_shape, "a8d22b65e1364beb828d7e236be71c40", Look::machine},
    {Reason::quirk_profile, "d22ff59eb4de458ab8861e8adebadbc7", Look::machine},
    {Reason::competing_server, "bb1d3aad80604561a6ed30e9e9c08710", Look::other_server},
    {Reason::server_claims_pxe, "a7fbcb99f6864cb8a27563f5bdba5d24", Look::other_server},
    {Reason::competing_proxy, "8866b9e69e67476bbf11c3f04c5fce9c", Look::other_server},
    {Reason::no_dhcp_server, "ac7b165eace94847a823e987f6b08c56", Look::other_server},
    {Reason::bsdp_asked, "380a50f487c646aea39d33b84eaa19c5", Look::machine},
    {Reason::multicast_asked, "5fe61456460b467a8362c85259b3aa6a", Look::transfer},
    {Reason::tags_forgotten, "5df93875adc540d3a597a50a1eb7db7c", Look::machine},
    {Reason::file_not_found, "262b877b5f2440b3a9280b430760a447", Look::file},
    {Reason::outside_root, "15640a93dc2b44f2a0110721f2e2aa72", Look::file},
    {Reason::link_leaves_root, "aa0e2470f2114ba9a82b494e9337afe8", Look::file},
    {Reason::not_a_file, "194018aa3c294891b43c671ac6a5075e", Look::file},
    {Reason::permission_denied, "e19bf427ecfd4a14984a7522a46cc14c", Look::file},
    {Reason::owner_differs, "974583ce2ff14957bdbc9aa160d3803c", Look::file},
    {Reason::unsupported_request, "78e23e55942c47908a4f91de8a0ecb02", Look::transfer},
    {Reason::write_asked, "c1b545ec2a1441d4a824da823ebd74b0", Look::transfer},
    {Reason::too_many_transfers, "f1aa8eb5a3a94d338939c2271a42ac80", Look::load},
    {Reason::client_error, "36133b6a4d504140bac25366f6b8cb05", Look::transfer},
    {Reason::timed_out, "12769bc3a12843db9c1496e3ccd68225", Look::transfer},
    {Reason::wrong_tid, "2e55d9fe13c249ae839d565f855f1cb5", Look::transfer},
    {Reason::file_shrank, "2257a3cc439e41e396235646de39c353", Look::file},
    {Reason::read_failed, "612edc516b794c9da4aae31cd17b83ea", Look::file},
    {Reason::size_probe, "3f9937a5a4c4488da8c13e8d333ed14c", Look::transfer},
    {Reason::bad_target, "db657bcec633407c961d5e3b6bf80047", Look::transfer},
    {Reason::bad_request, "184b59b1f75942d8aa035a897d078ead", Look::transfer},
    {Reason::method_not_allowed, "b578205b35b4403dabc907df6daf251a", Look::transfer},
    {Reason::not_modified, "9f075bbc6d8d422c92f9772e1c84f949", Look::transfer},
    {Reason::precondition_failed, "f9c8faf7ef79477bbd5292ae56369c3f", Look::transfer},
    {Reason::range_not_satisfiable, "7d2379fe8c224b2e941311642c9a75a2", Look::transfer},
    {Reason::part_sent, "039e18bfccd249e59ccd3bcf795dc71c", Look::transfer},
    {Reason::too_many_connections, "c3e675a3fe444abd9254a0bbd724af2a", Look::load},
    {Reason::tls_failed, "2d6d8bec63c344fbb89600ceb399049a", Look::transfer},
});

constexpr auto k_stages = std::to_array<StageMessage>({
    {Stage::discover, "e471f6fb2d7e4e2a86764f42af940443",
     "A machine asked for an address and got no answer."},
    {Stage::offer, "2577209292654746af175f3d87902aea",
     "A machine asked for an address and was offered one. It is kept for it for a minute."},
    {Stage::request, "722dfb91b4164306b3c412974402cf4e",
     "A machine asked for an address it knows, and got no answer."},
    {Stage::ack, "9c430729375847768fd24e9dce84617b",
     "A machine has its address; the lease was on disk before it was told."},
    {Stage::nak, "c1e4276167874f24a526d6339a4dac62",
     "A machine was told to forget the address it asked for. It will ask for a new one."},
    {Stage::decline, "f30821e3620f413da6e96b652c74b391",
     "A machine found that another one uses the address it was given."},
    {Stage::release, "232f875220014d288e3d90fc4dc538a8", "A machine gave its address back."},
    {Stage::inform, "e67d0541106642f3a569941d91445f0b",
     "A machine that has an address asked for the other settings."},
    {Stage::bootp, "b0bea3d14bee41c6addf4140066f1b9e", "A machine got its address by BOOTP."},
    {Stage::proxy_offer, "0557d21f7331473ca5c7e9361db3fc32",
     "A machine was told what to boot, beside the address of another DHCP server."},
    {Stage::boot_server, "338dfc2c5e41411b967922d8b4f5d84a",
     "A machine asked the boot server for its file and was told."},
    {Stage::relay, "4f525fcc9e3a44c8a103aabcaa5e97f6",
     "A message was passed on between a client and the server of a dhcp-relay line."},
    {Stage::notice, "a6a621f7a6674d73968c499d9b3ef845",
     "Something was heard on the network that is no step of a machine's boot."},
    {Stage::probe, "2eca28715a9844439ca8811f37526680", "An address was tested before it is offered."},
    {Stage::lease_expired, "61dd7de12ec6483cab42c12294eee736",
     "A lease has ended and was not renewed; the address is free."},
    {Stage::tftp_request, "52beb63fe61448b186f518d62410cbef", "A machine asks for a file by TFTP."},
    {Stage::tftp_sent, "4e95d7aacfa446b599ac79fc91ba56fe", "A file was sent whole by TFTP."},
    {Stage::tftp_failed, "d2d520f8e0d345e49c62eb9399da6362", "A file was not sent by TFTP."},
    {Stage::http_request, "a5852745e3164a13be5a16308688e031", "A machine asks for a file by HTTP."},
    {Stage::http_sent, "245cfbf0d2d54b1eb565b73776ab927d", "A file was sent by HTTP."},
    {Stage::http_failed, "dca74f8390ce4fed95874b7a743d1561", "A file was not sent by HTTP."},
});

constexpr auto k_daemon = std::to_array<DaemonMessage>({
    {DaemonEvent::started, "started", "d998fae39dfc4c8dacb116e90e1ec680", "pxed has started",
     "The version is in the message. What is served follows in the messages after it."},
    {DaemonEvent::start_refused, "start_refused", "aab97ab6c8824861b81f470736522b1e", "pxed does not start",
     "The message says what stands against it and, where a line of the configuration is to blame, which. "
     "`systemctl status pxed` shows the first of these.\n\nCorrect it, see that `pxed --test` is content, "
     "and "
     "say `systemctl restart pxed`. A mistake in the text ends the matter until then; a port that is taken "
     "or a "
     "file that is missing is tried again every two seconds."},
    {DaemonEvent::serving, "serving", "ddaebdee40114357833bfac0a5004b66", "pxed says what it serves",
     "Ranges, roots and ports as they are in use now. `systemctl status pxed` shows the same in one line."},
    {DaemonEvent::stopping, "stopping", "8061891b760e4ffea0b5d978b3a85f6c", "pxed is about to stop",
     "Transfers that are running have some seconds to end; a second signal stops at once."},
    {DaemonEvent::stopped, "stopped", "3fd67a019bd74db5b391619ef0b5cb08", "pxed has stopped",
     "Leases are on disk; the next start goes on with them."},
    {DaemonEvent::configuration_warning, "configuration_warning", "464b95a6d7d4472da8fdd457c2308f55",
     "A line of the configuration will hardly do what was meant",
     "pxed serves, and the message says what is dubious, where, and often what to write instead.\n\n`pxed "
     "--test` says it again, with what is only worth knowing."},
    {DaemonEvent::reloading, "reloading", "2baf4b8d72844bd9872cb40d999289ae",
     "pxed reads its configuration again",
     "What comes of it is said in a later message: reloaded, or refused."},
    {DaemonEvent::reloaded, "reloaded", "019e52f83fec4f45a362f711c2a4586c", "pxed serves a new configuration",
     "Transfers that were running keep the terms they began with."},
    {DaemonEvent::reload_refused, "reload_refused", "d840caff94fe4009a069cff849cf8c69",
     "The new configuration is refused",
     "Something in it is wrong or cannot be had now: the messages before this one name each problem and "
     "its line. The configuration before it stays in use, so nobody is left without an answer.\n\nCorrect "
     "the file, see that `pxed --test` is content, and say `systemctl reload pxed` again."},
    {DaemonEvent::reload_waits, "reload_waits", "8e7b1d127b3d43d5ab1f13682a64570e",
     "A reload waits for a disk or a file server",
     "A directory or file that the new configuration names cannot be looked at yet. The configuration before "
     "it "
     "serves on, and the new one is taken over as soon as the file server answers.\n\n"
     "    findmnt; dmesg | tail"},
    {DaemonEvent::files_changed, "files_changed", "8ad5eee0001a48978d979c98cb8d8bfa",
     "A file beside the configuration has changed", "It was read again and is in use."},
    {DaemonEvent::files_refused, "files_refused", "aa9e93d26fba427db83747c555745421",
     "A change of a file beside the configuration is refused",
     "The messages before this one say what is wrong. What was read before stays in use; the next change "
     "of a file is tried together with this one."},
    {DaemonEvent::interface_missing, "interface_missing", "253f9ed0867c4d2e94279f784c775cc5",
     "An interface that is to be served is not there",
     "pxed goes on without it and serves it as soon as it appears.\n\nSee `ip link` for the name; a name "
     "that is written wrong in interface= is waited for as well."},
    {DaemonEvent::interface_found, "interface_found", "cb75502ace2345c7bbd1257600ee08ad",
     "An interface that was waited for is there", "It is served from now on."},
    {DaemonEvent::socket_refused, "socket_refused", "0cf6702820684e67b942b097b2a7bc34",
     "A port cannot be used",
     "The message names the port and, as far as the kernel tells, whose it is. pxed serves everything else "
     "and tries the port again each minute.\n\n    ss -lunp 'sport = :67'      (as root; -ltnp for "
     "HTTP)\n\nshows "
     "the program."},
    {DaemonEvent::lease_record, "lease_record", "08d982d461aa46ceb973ee6ce4da3218",
     "Something about the record of leases",
     "See the message itself, the space on the disk, and who may write in the directory:\n\n    df -h "
     "/var/lib/pxed; "
     "ls -ld /var/lib/pxed"},
    {DaemonEvent::script_trouble, "script_trouble", "3a4769e79ba04b979985ec310a2f46ba",
     "The program of dhcp-script could not be run or failed",
     "The message has its status or what it wrote. Leases are given all the same.\n\nTry it by hand, as "
     "the account pxed runs as:\n\n    runuser -u pxed -- PROGRAM init"},
    {DaemonEvent::suppressed, "suppressed", "54a33ace8a614fb2b579dd14d34b9ee2",
     "Messages of one kind were held back",
     "So many of one kind came at once that the rest would only have filled the journal; the message says "
     "how many. SIGUSR1 and the metrics count all of them."},
    {DaemonEvent::lines_lost, "lines_lost", "f064ad5c9dbb42c8a6c1bfcaad57639e",
     "The journal took lines too slowly, and some are lost",
     "pxed never waits for its log: what does not fit into its queue is dropped and counted. See whether "
     "journald is running and its disk keeps up; log-async=LINES makes the queue longer."},
    {DaemonEvent::loop_stalled, "loop_stalled", "38b7ecd2cf6f4d3d9f251a7dcc8624c5", "pxed stood still",
     "For that long nobody was answered. Nothing in pxed waits for a disk or a client, so look at the "
     "machine: "
     "no processor for it (a virtual machine that was halted, memory that is being swapped), or a file "
     "system that hangs in the kernel."},
    {DaemonEvent::statistics, "statistics", "655bec4cf1ed41209b71e0f28a262326",
     "Statistics, as asked for by SIGUSR1", "Counted since the start."},
});

constexpr bool is_id(std::string_view text) {
    return text.size() == 32 &&
           std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

// A new Reason, Stage or DaemonEvent needs a row with an id of its own before anything compiles.
constexpr bool has_reasons_in_order() {
    for (std::size_t i = 0; i < k_reasons.size(); ++i) {
        if (static_cast<std::size_t>(k_reasons[i].reason) != i + 1 || !is_id(k_reasons[i].id)) return false;
    }
    return k_reasons.back().reason == Reason::tls_failed;  // the enum's last
}
static_assert(has_reasons_in_order(), "a Reason has no row here: give it one with `systemd-id128 new`");

constexpr bool has_stages_in_order() {
    for (std::size_t i = 0; i < k_stages.size(); ++i) {
        if (static_cast<std::size_t>(k_stages[i].stage) != i || !is_id(k_stages[i].id)) return false;
    }
    return k_stages.back().stage == Stage::http_failed;
}
static_assert(has_stages_in_order(), "a Stage has no row here: give it one with `systemd-id128 new`");

constexpr bool has_daemon_in_order() {
    for (std::size_t i = 0; i < k_daemon.size(); ++i) {
        if (static_cast<std::size_t>(k_daemon[i].event) != i || !is_id(k_daemon[i].id)) return false;
    }
    return k_daemon.back().event == DaemonEvent::statistics;
}
static_assert(has_daemon_in_order(), "a DaemonEvent has no row here: give it one with `systemd-id128 new`");

}  // namespace

std::span<const ReasonMessage> reason_messages() {
    return k_reasons;
}

std::span<const StageMessage> stage_messages() {
    return k_stages;
}

std::span<const DaemonMessage> daemon_messages() {
    return k_daemon;
}

const DaemonMessage& row_of(DaemonEvent event) {
    return k_daemon[static_cast<std::size_t>(event)];
}

std::string_view message_id(Stage stage, Reason reason) {
    const auto index = static_cast<std::size_t>(reason);
    // The unit test says when a Reason has no row; a journal without its id is better than none.
    if (reason == Reason::none || index > k_reasons.size())
        return k_stages[static_cast<std::size_t>(stage)].id;
    return k_reasons[index - 1].id;
}

}  // namespace pxed
