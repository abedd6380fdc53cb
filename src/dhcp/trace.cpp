#include "dhcp/trace.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "wire/dhcp_option_table.hpp"
#include "wire/dhcp_text.hpp"

namespace pxed::dhcp {

namespace {

std::string asked_text(Bytes parameters) {
    std::string list;
    for (const std::uint8_t code : parameters) {
        if (!list.empty()) list += ", ";
        list += std::to_string(code);
        if (const OptionRow* row = find_option(code)) list.append(":").append(row->name);
    }
    return list;
}

// `sent size:  4 option:  1 netmask  255.255.255.0`: columns as dnsmasq has them, for scripts that read them.
std::string sent_text(const Option& option) {
    const auto right = [](std::size_t number) {
        const auto text = std::to_string(number);
        return std::string(text.size() < 3 ? 3 - text.size() : 0, ' ') + text;
    };
    std::string line = "sent size:" + right(option.value.size()) + " option:" + right(option.code);
    if (const OptionRow* row = find_option(option.code)) line.append(" ").append(row->name);
    const std::string value = text_of(option);
    const auto equals = value.find('=');
    return line + "  " + (equals == value.npos ? value : value.substr(equals + 1));
}

class Lines {
 public:
    explicit Lines(std::uint32_t xid) : prefix_(std::to_string(xid) + " ") {}
    void add(std::string_view words, std::string_view value) {
        if (value.empty()) return;
        if (!text_.empty()) text_ += '\n';
        text_.append(prefix_).append(words).append(value);
    }
    [[nodiscard]] std::string take() { return std::move(text_); }

 private:
    std::string prefix_;
    std::string text_;
};

}  // namespace

std::string trace_of(const Inquiry& inquiry, const Tags& tags, const Message* reply) {
    const Client& client = inquiry.client;
    Lines lines{inquiry.message().xid};
    for (const auto& subnet : inquiry.place.subnets) {
        const Range& range = *subnet.range;
        lines.add(range.is_static ? "available DHCP subnet: " : "available DHCP range: ",
                  range.first.text() +
                      (range.is_static ? "/" + subnet.netmask.text() : " -- " + range.last.text()));
    }
    for (const auto& proxy : inquiry.place.proxies)
        lines.add("available DHCP subnet: ", proxy.range->first.text() + "/" + proxy.netmask.text());
    lines.add("vendor class: ", escaped(client.vendor_class));
    if (const auto user_class = inquiry.message().options.find(k_user_class))
        lines.add("user class: ", escaped(as_text(*user_class)));
    lines.add("client provides name: ", escaped(client.full_name()));
    lines.add("tags: ", escaped(tags.text()));  // BOOTP's file name is one
    if (client.parameters) lines.add("requested options: ", asked_text(*client.parameters));
    if (reply == nullptr) return lines.take();
    lines.add("bootfile name: ", reply->file);
    lines.add("server name: ", reply->sname);
    if (!reply->siaddr.is_zero()) lines.add("next server: ", reply->siaddr.text());
    for (std::size_t i = 0; i < reply->options.size(); ++i)
        lines.add("", sent_text(reply->options[i]));
    return lines.take();
}

}  // namespace pxed::dhcp
