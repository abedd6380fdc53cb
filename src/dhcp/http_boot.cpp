#include "dhcp/http_boot.hpp"

#include "dhcp/boot_url.hpp"

namespace pxed::dhcp {

namespace {

// A program for BIOS or a script of iPXE's is loaded by no UEFI: the offer would cost the client its address
// and its time. What nothing is known of is tried.
bool may_be_for_uefi(const Policy& policy, std::string_view file) {
    switch (program_named(policy, file).platform) {
        case tree::Platform::bios:
        case tree::Platform::script:
            return false;
        case tree::Platform::unknown:
        case tree::Platform::efi:
            break;
    }
    return true;
}

// Of another server only the administrator knows whether it serves HTTP, and would have written a URL.
bool is_here(const Inquiry& inquiry, const BootAnswer& answer) {
    return !answer.server || is_ours(inquiry.context.links, *answer.server);
}

}  // namespace

BootAnswer boot_for_http(const Inquiry& inquiry, const Tags& tags, const ChosenOptions& chosen,
                         const PxeClient* pxe, Ipv4 local, bool is_proxy) {
    const Policy& policy = inquiry.policy();
    const HwAddr& machine = inquiry.client.hardware;
    BootAnswer answer =
        boot_of(policy, tags, chosen, {.client = inquiry.boots, .machine = machine, .is_proxy = is_proxy});
    const PxeService* service = pxe != nullptr ? first_program(policy.pxe, *pxe, tags) : nullptr;
    if (service != nullptr) answer = boot_of(*service, machine);
    if (is_http_url(answer.file)) return answer;
    const bool is_named = !answer.file.empty() && !is_url(answer.file);
    if (is_named && policy.http_port && is_here(inquiry, answer) && may_be_for_uefi(policy, answer.file)) {
        answer.file = http_url(local, *policy.http_port, answer.file);
        answer.is_generated = true;
        return answer;
    }
    if (!answer.file.empty()) answer.note = Reason::no_boot_url;
    return answer;
}

}  // namespace pxed::dhcp
