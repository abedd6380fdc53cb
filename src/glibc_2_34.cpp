// Only in pxed_portable: what the libstdc++ that is linked into it asks of a newer C library than RHEL 9 has (2.34).

#include <cerrno>
#include <cstdint>
#include <cstdlib>

#include <sys/random.h>

/// glibc 2.36's, for std::random_device: 32 bits from the kernel's generator.
extern "C" std::uint32_t arc4random() {
    std::uint32_t number = 0;
    // So few bytes come whole; what is left is a signal before the generator is seeded, early in a boot.
    while (::getrandom(&number, sizeof number, 0) != static_cast<ssize_t>(sizeof number)) {
        // Numbers that can be guessed are worse than no service.
        if (errno != EINTR) std::abort();
    }
    return number;
}
