#pragma once

#include <iterator>

namespace pxed {

/// What reversed() gives.
template <typename List>
class Reversed {
 public:
    explicit Reversed(const List& list) : list_(list) {}
    [[nodiscard]] auto begin() const { return std::rbegin(list_); }
    [[nodiscard]] auto end() const { return std::rend(list_); }

 private:
    const List& list_;
};

/// Walks a list backwards: `for (const auto& line : reversed(policy.boots))`. Borrows the list. It is here
/// because clang 14, which builds the fuzz targets, cannot compile libstdc++ 12's std::views::reverse.
template <typename List>
[[nodiscard]] Reversed<List> reversed(const List& list) {
    return Reversed<List>{list};
}

}  // namespace pxed
