#pragma once
// Expected failures are values. Result<T, E> is tl::expected (GCC 12 has no std::expected in C++20).

#include <utility>

#include <tl/expected.hpp>

namespace pxed {

/// Either a T or the reason there is none.
template <typename T, typename E>
using Result = tl::expected<T, E>;

/// Makes a failed Result: `return fail(ParseError::too_short);`
template <typename E>
[[nodiscard]] constexpr auto fail(E&& error) {
    return tl::make_unexpected(std::forward<E>(error));
}

}  // namespace pxed

// Two steps, so that __LINE__ becomes its number before it is joined.
#define PXED_JOIN_(a, b) a##b
#define PXED_JOIN(a, b) PXED_JOIN_(a, b)

/// `TRY(auto name, expression);` declares `name` from the Result of `expression`, or returns its error.
#define TRY(declaration, ...)                                                     \
    auto PXED_JOIN(try_result_, __LINE__) = (__VA_ARGS__);                        \
    if (!PXED_JOIN(try_result_, __LINE__))                                        \
        return ::pxed::fail(std::move(PXED_JOIN(try_result_, __LINE__)).error()); \
    declaration = std::move(*PXED_JOIN(try_result_, __LINE__))
