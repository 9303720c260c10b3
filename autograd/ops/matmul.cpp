// The matrix product of matrices and stacks of matrices.
#include <algorithm>
#include <span>

#include "sevenfold/autograd/kernels/gemm.hpp"
#include "sevenfold/autograd/ops/register.hpp"
#include "sevenfold/autograd/tape.hpp"

namespace sevenfold {
namespace ops {
namespace {

Shape batch_of(const Shape& shape) { return Shape(std::span(shape.begin(), shape.rank() - 2)); }
Shape stack_of(Shape batch, std::size_t rows, std::size_t columns) {
    batch.append(rows);
    batch.append(columns);
    return batch;
}

// The sizes of one product op(A) op(B) = C: (m, k) (k, n) -> (m, n) for every matrix of the batch.
struct Product {
    std::size_t m, k, n;
    Shape batch;

    Product(const Shape& a, bool transpose_a, const Shape& b, bool transpose_b) {
        const std::size_t ra = a.rank(), rb = b.rank();
        m = a[transpose_a ? ra - 1 : ra - 2];
        k = a[transpose_a ? ra - 2 : ra - 1];
        n = b[transpose_b ? rb - 2 : rb - 1];
        const std::size_t other = b[transpose_b ? rb - 1 : rb - 2];
        if (k != other)
            fail<ShapeError>("matmul",
                             text(a, transpose_a ? " transposed and " : " and ", b, transpose_b ? " transposed" : ""),
                             text("inner sizes ", k, " and ", other, " differ"),
                             transpose_a || transpose_b ? ""
                             : k == n                   ? "Did you mean matmul(x, transpose(w))?"
                             : m == other               ? "Did you mean matmul(transpose(x), w)?"
                                                        : "");
        batch = broadcast_shape("matmul", batch_of(a), batch_of(b));
    }
};

// Whether matrices of the operand are used more than once.
bool repeats(const Shape& operand, const Shape& batch) { return !(batch_of(operand) == batch); }
// Whether one matrix serves the whole batch.
bool is_one_matrix(const Shape& operand) { return batch_of(operand).elements() == 1; }

// f(place in A, place in B, place in C), in matrices, for each product of the batch.
template <class F>
void for_batch(const Shape& a, const Shape& b, const Shape& batch, const F& f) {
    const Strides sa = broadcast_strides(batch_of(a), batch), sb = broadcast_strides(batch_of(b), batch);
    std::array<std::size_t, Shape::max_rank> index{};
    for (std::size_t c = 0, count = batch.elements(); c < count; ++c) {
        std::size_t ia = 0, ib = 0;
        for (std::size_t i = 0; i < batch.rank(); ++i) {
            ia += index[i] * sa[i];
            ib += index[i] * sb[i];
        }
        f(ia, ib, c);
        for (std::size_t axis = batch.rank(); axis-- > 0;) {
            if (++index[axis] < batch[axis]) break;
            index[axis] = 0;
        }
    }
}

// C = op(A) op(B), row-major and without gaps.
template <class T>
void gemm(bool ta, bool tb, std::size_t m, std::size_t n, std::size_t k, const T* a, const T* b, T beta, T* c) {
    kernels::gemm<T>({.transpose_a = ta,
                      .transpose_b = tb,
                      .m = m,
                      .n = n,
                      .k = k,
                      .a = a,
                      .lda = ta ? m : k,
                      .b = b,
                      .ldb = tb ? k : n,
                      .c = c,
                      .ldc = n,
                      .beta = beta});
}

}  // namespace

template <class T>
class MatMul final : public Op<T> {
  public:
    static constexpr OpText words{"matmul", "y = a b", "da = dy bᵀ, db = aᵀ dy",
                                  "Batch axes broadcast; a flag reads a or b transposed, in place."};
    MatMul(bool transpose_a, bool transpose_b) : ta_(transpose_a), tb_(transpose_b) {}
    const OpText& text() const override { return words; }
    Saves saves() const override { return saves_xy; }

    Array<T> forward(const Array<T>& a, const Array<T>& b) const {
        const Product p(a.shape(), ta_, b.shape(), tb_);
        Array<T> y(stack_of(p.batch, p.m, p.n));
        T* to = y.data();
        if (folds(a.shape(), b.shape())) {
            gemm(false, tb_, p.batch.elements() * p.m, p.n, p.k, a.data(), b.data(), T{0}, to);
            return y;
        }
        for_batch(a.shape(), b.shape(), p.batch, [&](std::size_t ia, std::size_t ib, std::size_t c) {
            gemm(ta_, tb_, p.m, p.n, p.k, a.data() + ia * p.m * p.k, b.data() + ib * p.k * p.n, T{0},
                 to + c * p.m * p.n);
        });
        return y;
    }

    void backward(Backward<T>& step) const override {
        const Array<T>&a = step.x(0), &b = step.x(1);
        const Product p(a.shape(), ta_, b.shape(), tb_);
        const T* dy = step.dy().data();
        const bool folded = folds(a.shape(), b.shape());
        const std::size_t rows = folded ? p.batch.elements() * p.m : p.m;
        if (step.wants(0)) {
            const auto [da, beta] = start(step.target(0), a, !folded && repeats(a.shape(), p.batch));
            const auto add = [&, da = da, beta = beta](const T* with, const T* upstream, std::size_t at) {
                if (ta_)
                    gemm(tb_, true, p.k, p.m, p.n, with, upstream, beta, da + at);
                else
                    gemm(false, !tb_, rows, p.k, p.n, upstream, with, beta, da + at);
            };
            if (folded)
                add(b.data(), dy, 0);
            else
                for_batch(a.shape(), b.shape(), p.batch, [&](std::size_t ia, std::size_t ib, std::size_t c) {
                    add(b.data() + ib * p.k * p.n, dy + c * p.m * p.n, ia * p.m * p.k);
                });
        }
        if (step.wants(1)) {
            const auto [db, beta] = start(step.target(1), b, !folded && repeats(b.shape(), p.batch));
            const auto add = [&, db = db, beta = beta](const T* with, const T* upstream, std::size_t at) {
                if (tb_)
                    gemm(true, ta_, p.n, p.k, rows, upstream, with, beta, db + at);
                else
                    gemm(!ta_, false, p.k, p.n, rows, with, upstream, beta, db + at);
            };
            if (folded)
                add(a.data(), dy, 0);
            else
                for_batch(a.shape(), b.shape(), p.batch, [&](std::size_t ia, std::size_t ib, std::size_t c) {
                    add(a.data() + ia * p.m * p.k, dy + c * p.m * p.n, ib * p.k * p.n);
                });
        }
    }

    void pullback(Pullback<T>& step) const override {
        const Variable<T>&a = step.x(0), &b = step.x(1), &dy = step.dy();
        if (step.wants(0)) step.add(0, ta_ ? matmul(b, tb_, dy, true) : matmul(dy, false, b, !tb_));
        if (step.wants(1)) step.add(1, tb_ ? matmul(dy, true, a, ta_) : matmul(a, !ta_, dy, false));
    }

  private:
    // A's batch axes become rows of one large product where B is a single matrix.
    bool folds(const Shape& a, const Shape& b) const { return !ta_ && is_one_matrix(b) && a.rank() >= b.rank(); }

    // Where a gradient is summed, and its beta. One that gets several products starts from zeros.
    static std::pair<T*, T> start(const Target<T>& target, const Array<T>& x, bool several) {
        if (several && target.first) std::fill_n(target.data, x.size(), T{0});
        return {target.data, several ? T{1} : target.beta()};
    }

    bool ta_, tb_;
};

OpGroup matmul_group() { return {"Products", {MatMul<float>::words}}; }

}  // namespace ops

template <class T>
Variable<T> matmul(const Variable<T>& a, bool transpose_a, Also<T> b, bool transpose_b) {
    if (a.rank() < 2 || b.rank() < 2)
        fail<ShapeError>("matmul", text(a.shape(), " and ", b.shape()),
                         "only matrices and stacks of them can be transposed",
                         "Use reshape to make a vector a row or a column.");
    return apply<T>(ops::MatMul<T>(transpose_a, transpose_b), a, b);
}

template <class T>
Variable<T> matmul(const Variable<T>& a, Also<T> b) {
    if (a.rank() >= 2 && b.rank() >= 2) return matmul(a, false, b, false);
    if (a.rank() == 0 || b.rank() == 0)
        fail<ShapeError>("matmul", text(a.shape(), " and ", b.shape()), "a scalar has no axis to sum over",
                         "Use a * b.");
    // A vector is a row on the left and a column on the right; the axis it got is dropped again.
    const std::size_t k = b.rank() == 1 ? b.size() : b.shape(-2);
    if (a.shape(-1) != k)
        fail<ShapeError>("matmul", text(a.shape(), " and ", b.shape()),
                         text("inner sizes ", a.shape(-1), " and ", k, " differ"));
    const Variable<T> row = a.rank() == 1 ? reshape(a, Shape{1, k}) : a,
                      column = b.rank() == 1 ? reshape(b, Shape{k, 1}) : b;
    const Variable<T> y = matmul(row, false, column, false);
    Shape shape = y.shape();
    if (b.rank() == 1) shape.erase(shape.rank() - 1);
    if (a.rank() == 1) shape.erase(shape.rank() - (b.rank() == 1 ? 1 : 2));
    return reshape(y, shape);
}

// clang-format off
// float and double, instantiated once
using F = Variable<float>;
using D = Variable<double>;
template F matmul(const F&, Also<float>); template D matmul(const D&, Also<double>);
template F matmul(const F&, bool, Also<float>, bool); template D matmul(const D&, bool, Also<double>, bool);
// clang-format on

}  // namespace sevenfold
