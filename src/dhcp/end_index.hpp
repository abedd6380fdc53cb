#pragma once

#include <algorithm>
#include <ext/pb_ds/assoc_container.hpp>
#include <ext/pb_ds/tree_policy.hpp>
#include <optional>
#include <utility>

#include "base/ipv4.hpp"
#include "base/time.hpp"

namespace pxed::dhcp {

/// What ends at an address, and when: ordered by time, then by address.
using End = std::pair<Instant, Ipv4>;

/// Keeps in each node of a tree (libstdc++'s policy-based one) the first end below it. The names are those
/// that the tree calls.
template <typename ConstNode, typename Node, typename, typename>
class FirstEndBelow {
 public:
    using metadata_type = End;
    virtual ~FirstEndBelow() = default;
    [[nodiscard]] virtual ConstNode node_begin() const = 0;
    [[nodiscard]] virtual ConstNode node_end() const = 0;

    void operator()(Node node, ConstNode none) const {
        End first{(*node)->second, (*node)->first};
        for (const ConstNode child : {ConstNode{node.get_l_child()}, ConstNode{node.get_r_child()}})
            if (child != none) first = std::min(first, child.get_metadata());
        const_cast<End&>(node.get_metadata()) = first;
    }

    /// The first end at an address from `first` to `last`. Cost: logarithmic.
    [[nodiscard]] std::optional<End> first_between(Ipv4 first, Ipv4 last) const {
        std::optional<End> best;
        visit(node_begin(), {first, last}, {false, false}, best);
        return best;
    }

 private:
    struct Bounds {
        Ipv4 first, last;
    };
    /// Which of the bounds the whole subtree is known to keep.
    struct Kept {
        bool first = false;
        bool last = false;
    };
    void visit(ConstNode node, Bounds bounds, Kept kept, std::optional<End>& best) const {
        if (node == node_end()) return;
        const auto consider = [&](const End& end) {
            if (!best || end < *best) best = end;
        };
        if (kept.first && kept.last) return consider(node.get_metadata());
        const Ipv4 address = (*node)->first;
        if (address < bounds.first) return visit(node.get_r_child(), bounds, kept, best);
        if (bounds.last < address) return visit(node.get_l_child(), bounds, kept, best);
        consider({(*node)->second, address});
        visit(node.get_l_child(), bounds, {kept.first, true}, best);
        visit(node.get_r_child(), bounds, {true, kept.last}, best);
    }
};

/// When what ends at each of some addresses; an address has one end.
using EndIndex = __gnu_pbds::tree<Ipv4, Instant, std::less<Ipv4>, __gnu_pbds::rb_tree_tag, FirstEndBelow>;

}  // namespace pxed::dhcp
