#include "dhcp/recognition.hpp"

namespace pxed::dhcp {

bool is_same_client(const HwAddr& hardware, const ClientId& client_id, const HwAddr& other_hardware,
                    const ClientId& other_client_id) {
    if (!client_id.is_empty() && !other_client_id.is_empty()) return client_id == other_client_id;
    return !hardware.is_empty() && hardware == other_hardware;
}

bool is_known_by_hardware(Recognition recognition, bool was_netbooted) {
    switch (recognition) {
        case Recognition::client_id:
            return false;
        case Recognition::netbooted:
            return was_netbooted;
        case Recognition::hardware_alone:
            return true;
    }
    return false;
}

}  // namespace pxed::dhcp
