// Values as bytes and back, for other processes of the same program: one description serves both ways.
//
//     template <class A> void carry(A& archive) { archive(features_, nodes_); }    // writes or reads, as the archive does
//
// The bytes are this machine's and this version's: they are for sending, not for keeping.
#pragma once

#include <cstring>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "sevenfold/autograd/array.hpp"

namespace sevenfold {

class Archive;

/// A class that says itself what it consists of, in carry(Archive&).
template <class X>
concept Carried = requires(X& x, Archive& archive) {
    x.carry(archive);
};

class Archive {
  public:
    Archive() : writes_(true) {}
    /// Reads what another archive wrote.
    explicit Archive(std::string bytes) : bytes_(std::move(bytes)), writes_(false) {}

    bool writes() const { return writes_; }
    const std::string& bytes() const { return bytes_; }

    /// Writes all of them, or reads them in the same order. Throws ValueError when the bytes end before.
    template <class... X>
    void operator()(X&... x) {
        (value(x), ...);
    }

    /// A list of things that have no default: `make` gives one to be read into.
    template <class X, class Make>
    void list(std::vector<X>& xs, const Make& make) {
        std::size_t n = count(xs.size(), 1);
        if (!writes_) xs.clear();
        for (std::size_t i = 0; i < n; ++i) {
            if (!writes_) xs.push_back(make());
            value(xs[i]);
        }
    }

  private:
    template <class X>
    void value(X& x) {
        if constexpr (Carried<X>) {
            x.carry(*this);
        } else {
            static_assert(std::is_trivially_copyable_v<X> && !std::is_pointer_v<X>,
                          "say what it consists of: void carry(Archive&)");
            raw(&x, sizeof x);
        }
    }
    void value(std::string& s) {
        s.resize(count(s.size(), 1));
        raw(s.data(), s.size());
    }
    template <class X>
    void value(std::vector<X>& xs) {
        xs.resize(count(xs.size(), std::is_trivially_copyable_v<X> && !Carried<X> ? sizeof(X) : 1));
        if constexpr (std::is_trivially_copyable_v<X> && !Carried<X>)
            raw(xs.data(), xs.size() * sizeof(X));
        else
            for (X& x : xs) value(x);
    }
    template <class X>
    void value(std::optional<X>& x) {
        bool there = x.has_value();
        value(there);
        if (!writes_ && there) x.emplace();
        if (!there) x.reset();
        if (there) value(*x);
    }
    template <class T>
    void value(Array<T>& a) {
        std::vector<std::size_t> axes(a.shape().begin(), a.shape().end());
        value(axes);
        if (!writes_) a = Array<T>(Shape(std::span<const std::size_t>(axes)));
        // Reading must not write into storage that others share; writing must not copy it.
        if (writes_)
            raw(const_cast<T*>(std::as_const(a).data()), a.size() * sizeof(T));
        else
            raw(a.data(), a.size() * sizeof(T));
    }
    // Copies to or from the bytes.
    void raw(void* x, std::size_t size);
    // A count of things of at least `size` bytes each, which must all be there.
    std::size_t count(std::size_t n, std::size_t size);

    std::string bytes_;
    std::size_t at_ = 0;
    bool writes_;
};

}  // namespace sevenfold
