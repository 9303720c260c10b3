// Stack<X>: what the tape writes into. A std::vector spends more on each push than the scalar op that is recorded.
#pragma once

#include <algorithm>
#include <cstdint>
#include <new>
#include <type_traits>
#include <utility>

namespace sevenfold {

/// Grows at its end, keeps its memory when cleared. Elements move without throwing; at most 2^32 - 1 of them.
template <class X>
class Stack {
  public:
    Stack() = default;
    Stack(const Stack&) = delete;
    Stack& operator=(const Stack&) = delete;
    ~Stack() {
        clear();
        ::operator delete(data_, std::align_val_t(64));
    }

    std::uint32_t size() const { return size_; }
    std::uint32_t capacity() const { return capacity_; }
    X* data() { return data_; }
    const X* data() const { return data_; }
    X& operator[](std::size_t i) { return data_[i]; }
    const X& operator[](std::size_t i) const { return data_[i]; }
    X& back() { return data_[size_ - 1]; }
    X* begin() { return data_; }
    X* end() { return data_ + size_; }
    const X* begin() const { return data_; }
    const X* end() const { return data_ + size_; }

    /// Room for n more: the next n pushes only write.
    void reserve_more(std::uint32_t n) {
        if (capacity_ - size_ < n) [[unlikely]]
            grow(n);
    }
    template <class... A>
    X& push_reserved(A&&... args) {
        return *new (data_ + size_++) X{std::forward<A>(args)...};
    }
    template <class... A>
    X& push(A&&... args) {
        reserve_more(1);
        return push_reserved(std::forward<A>(args)...);
    }
    void clear() {
        if constexpr (!std::is_trivially_destructible_v<X>)
            for (X& x : *this) x.~X();
        size_ = 0;
    }
    /// The same for elements that own nothing, whatever their type.
    void forget() { size_ = 0; }
    void swap(Stack& other) noexcept {
        std::swap(data_, other.data_);
        std::swap(size_, other.size_);
        std::swap(capacity_, other.capacity_);
    }

  private:
    [[gnu::noinline, gnu::cold]] void grow(std::uint32_t n) {
        const std::uint64_t wanted = std::uint64_t{size_} + n, doubled = 2 * std::uint64_t{capacity_};
        const std::uint64_t capacity = std::min<std::uint64_t>(std::max({wanted, doubled, std::uint64_t{64}}), ~0u);
        if (wanted > capacity) throw std::bad_alloc();
        auto* to = static_cast<X*>(::operator new(capacity * sizeof(X), std::align_val_t(64)));
        for (std::uint32_t i = 0; i < size_; ++i) {
            new (to + i) X(std::move(data_[i]));
            data_[i].~X();
        }
        ::operator delete(data_, std::align_val_t(64));
        data_ = to;
        capacity_ = static_cast<std::uint32_t>(capacity);
    }

    X* data_ = nullptr;
    std::uint32_t size_ = 0, capacity_ = 0;
};

}  // namespace sevenfold
