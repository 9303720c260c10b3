// Elementwise ops, from rules. A rule states a value and its derivative once:
//
//     struct Tanh {
//         static constexpr OpText text{"tanh", "y = tanh(x)", "dx = dy · (1 − y²)"};
//         static constexpr Saves saves = saves_output;
//         auto value(const auto& x) const { return tanh(x); }
//         auto dx(const auto& dy, const auto&, const auto& y) const { return dy * (1 - y * y); }
//     };
//
// On lanes the lines become vector loops, on variables they are recorded. What a rule does not save arrives as NotSaved,
// so reading it does not compile.
#pragma once

#include <algorithm>
#include <array>

#include "sevenfold/autograd/kernels/lane.hpp"
#include "sevenfold/autograd/op.hpp"
#include "sevenfold/autograd/tape.hpp"

namespace sevenfold::ops {

struct NotSaved {};

template <bool saved, class V>
SEVENFOLD_INLINE inline auto read(const V& value) {
    if constexpr (saved)
        return value;
    else
        return NotSaved{};
}

/// Splits elementwise work on broadcast inputs into contiguous runs: loop(n, inputs, out). An input that stands still
/// within a run arrives as a short buffer filled with its value, so that one loop serves every way of broadcasting.
template <class T, std::size_t N, class Loop>
void for_runs(const Shape& shape, const std::array<const Array<T>*, N>& in, T* out, const Loop& loop) {
    std::array<const T*, N> at{};
    bool flat = true;
    for (std::size_t k = 0; k < N; ++k) {
        at[k] = in[k]->data();
        flat = flat && in[k]->shape() == shape;
    }
    const std::size_t total = shape.elements();
    if (total == 0) return;
    if (flat) return loop(total, at, out);

    // Merge neighbouring axes that every input walks in one stride.
    std::array<std::size_t, Shape::max_rank> size{};
    std::array<std::array<std::size_t, Shape::max_rank>, N> stride{};
    std::array<Strides, N> all{};
    for (std::size_t k = 0; k < N; ++k) all[k] = broadcast_strides(in[k]->shape(), shape);
    std::size_t rank = 0;
    for (std::size_t axis = 0; axis < shape.rank(); ++axis) {
        if (shape[axis] == 1) continue;
        bool merges = rank > 0;
        for (std::size_t k = 0; k < N && merges; ++k) merges = stride[k][rank - 1] == all[k][axis] * shape[axis];
        if (!merges) ++rank;
        size[rank - 1] = merges ? size[rank - 1] * shape[axis] : shape[axis];
        for (std::size_t k = 0; k < N; ++k) stride[k][rank - 1] = all[k][axis];
    }
    if (rank == 0) return loop(1, at, out);

    constexpr std::size_t chunk = 256;
    alignas(64) T buffer[N][chunk];
    const std::size_t inner = size[rank - 1];
    bool still = false;
    for (std::size_t k = 0; k < N; ++k) still = still || stride[k][rank - 1] == 0;
    std::array<std::size_t, Shape::max_rank> index{};
    for (std::size_t done = 0; done < total; done += inner) {
        std::array<const T*, N> run{};
        for (std::size_t k = 0; k < N; ++k) {
            run[k] = at[k];
            for (std::size_t axis = 0; axis + 1 < rank; ++axis) run[k] += index[axis] * stride[k][axis];
            if (stride[k][rank - 1] == 0) {
                std::fill_n(buffer[k], std::min(inner, chunk), *run[k]);
                run[k] = buffer[k];
            }
        }
        const std::size_t step = still ? chunk : inner;
        for (std::size_t from = 0; from < inner; from += step) {
            loop(std::min(step, inner - from), run, out + done + from);
            for (std::size_t k = 0; k < N; ++k) run[k] += stride[k][rank - 1] * step;
        }
        for (std::size_t axis = rank - 1; axis-- > 0;) {
            if (++index[axis] < size[axis]) break;
            index[axis] = 0;
        }
    }
}

template <class Rule, class T>
class Unary final : public Op<T> {
  public:
    explicit Unary(Rule rule = {}) : rule_(rule) {}
    const OpText& text() const override { return Rule::text; }
    Saves saves() const override { return Rule::saves; }

    Array<T> forward(const Array<T>& x) const {
        if (x.rank() == 0) return rule_.value(Lane<T>(*x.data())).v;
        Array<T> y(x.shape());
        simd::run([rule = rule_, n = x.size(), from = x.data(), to = y.data()]() SEVENFOLD_INLINE {
            for (std::size_t i = 0; i < n; ++i) to[i] = rule.value(Lane<T>(from[i])).v;
        });
        return y;
    }

    void backward(Backward<T>& step) const override {
        constexpr bool has_x = Rule::saves.inputs & 1, has_y = Rule::saves.output;
        const Array<T>& dy = step.dy();
        const T* x = has_x ? step.x(0).data() : dy.data();
        const T* y = has_y ? step.y().data() : dy.data();
        if (dy.rank() == 0)
            return step.add(0, rule_.dx(Lane<T>(*dy.data()), read<has_x>(Lane<T>(*x)), read<has_y>(Lane<T>(*y))).v);
        Array<T> dx(dy.shape());
        simd::run([rule = rule_, n = dy.size(), from = dy.data(), x, y, to = dx.data()]() SEVENFOLD_INLINE {
            for (std::size_t i = 0; i < n; ++i)
                to[i] = rule.dx(Lane<T>(from[i]), read<has_x>(Lane<T>(x[i])), read<has_y>(Lane<T>(y[i]))).v;
        });
        step.add(0, std::move(dx));
    }

    void pullback(Pullback<T>& step) const override {
        constexpr bool has_x = Rule::saves.inputs & 1, has_y = Rule::saves.output;
        if constexpr (has_x && has_y)
            step.add(0, rule_.dx(step.dy(), step.x(0), step.y()));
        else if constexpr (has_x)
            step.add(0, rule_.dx(step.dy(), step.x(0), NotSaved{}));
        else if constexpr (has_y)
            step.add(0, rule_.dx(step.dy(), NotSaved{}, step.y()));
        else
            step.add(0, rule_.dx(step.dy(), NotSaved{}, NotSaved{}));
    }

  private:
    [[no_unique_address]] Rule rule_;
};

/// rule.value(a, b) over all pairs, broadcast. Apart from the way of two scalars, which is short without it.
template <class Rule, class T>
[[gnu::noinline]] Array<T> pairwise_values(Rule rule, const Array<T>& a, const Array<T>& b) {
    Array<T> y(broadcast_shape(Rule::text.name, a.shape(), b.shape()));
    for_runs<T, 2>(y.shape(), {&a, &b}, y.data(), [rule](std::size_t n, const std::array<const T*, 2>& in, T* to) {
        simd::run([rule, n, u = in[0], v = in[1], to]() SEVENFOLD_INLINE {
            for (std::size_t i = 0; i < n; ++i) to[i] = rule.value(Lane<T>(u[i]), Lane<T>(v[i])).v;
        });
    });
    return y;
}

template <class Rule, class T>
Array<T> pairwise_value(Rule rule, const Array<T>& a, const Array<T>& b) {
    if (a.is_inline() && b.is_inline()) return rule.value(Lane<T>(*a.data()), Lane<T>(*b.data())).v;
    return pairwise_values(rule, a, b);
}

/// Rules of two inputs: value(a, b), da(dy, a, b, y), db(dy, a, b, y).
template <class Rule, class T>
class Pairwise final : public Op<T> {
  public:
    explicit Pairwise(Rule rule = {}) : rule_(rule) {}
    const OpText& text() const override { return Rule::text; }
    Saves saves() const override { return Rule::saves; }

    Array<T> forward(const Array<T>& a, const Array<T>& b) const { return pairwise_value(rule_, a, b); }

    void backward(Backward<T>& step) const override {
        if (step.wants(0)) add_derivative<0>(step);
        if (step.wants(1)) add_derivative<1>(step);
    }

    void pullback(Pullback<T>& step) const override {
        // clang-format off
        const auto a = [&] { if constexpr (has_a) return step.x(0); else return NotSaved{}; }();
        const auto b = [&] { if constexpr (has_b) return step.x(1); else return NotSaved{}; }();
        const auto y = [&] { if constexpr (has_y) return step.y(); else return NotSaved{}; }();
        // clang-format on
        if (step.wants(0)) step.add(0, rule_.da(step.dy(), a, b, y));
        if (step.wants(1)) step.add(1, rule_.db(step.dy(), a, b, y));
    }

  private:
    static constexpr bool has_a = Rule::saves.inputs & 1, has_b = Rule::saves.inputs & 2, has_y = Rule::saves.output;

    template <int input>
    static SEVENFOLD_INLINE T lane_derivative(const Rule& rule, T dy, T a, T b, T y) {
        const auto l = Lane<T>(dy);
        const auto la = read<has_a>(Lane<T>(a));
        const auto lb = read<has_b>(Lane<T>(b));
        const auto ly = read<has_y>(Lane<T>(y));
        if constexpr (input == 0)
            return Lane<T>(rule.da(l, la, lb, ly)).v;
        else
            return Lane<T>(rule.db(l, la, lb, ly)).v;
    }

    template <int input>
    void add_derivative(Backward<T>& step) const {
        const Array<T>& dy = step.dy();
        const Array<T>& a = has_a ? step.x(0) : dy;
        const Array<T>& b = has_b ? step.x(1) : dy;
        const Array<T>& y = has_y ? step.y() : dy;
        if (dy.rank() == 0)
            return step.add(input, lane_derivative<input>(rule_, *dy.data(), *a.data(), *b.data(), *y.data()));
        Array<T> out(dy.shape());
        for_runs<T, 4>(dy.shape(), {&dy, &a, &b, &y}, out.data(),
                       [rule = rule_](std::size_t n, const std::array<const T*, 4>& in, T* to) {
                           simd::run([rule, n, p = in[0], u = in[1], v = in[2], w = in[3], to]() SEVENFOLD_INLINE {
                               for (std::size_t i = 0; i < n; ++i)
                                   to[i] = lane_derivative<input>(rule, p[i], u[i], v[i], w[i]);
                           });
                       });
        step.add(input, std::move(out));
    }

    [[no_unique_address]] Rule rule_;
};

}  // namespace sevenfold::ops
