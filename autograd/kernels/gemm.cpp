#include "sevenfold/autograd/kernels/gemm.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "sevenfold/autograd/array.hpp"
#include "sevenfold/autograd/kernels/blas.hpp"
#include "sevenfold/autograd/kernels/rows.hpp"
#include "sevenfold/autograd/kernels/simd.hpp"

namespace sevenfold::kernels {
namespace {

// Products are cut along k, so that what a strip of C reads of B stays in the first cache.
constexpr std::size_t block = 128;
// Fewer rows of A than these do not pay for copying that part of B.
constexpr std::size_t many_rows = 16;

template <class T, int bytes>
struct Vectors {
    using Vector [[gnu::vector_size(bytes)]] = T;
    static constexpr std::size_t lanes = bytes / sizeof(T);
};

// Within each 16 bytes the elements numbered `at`: those of a come first, those of b go on behind them.
template <std::size_t... at, class Vector, std::size_t... lane>
SEVENFOLD_INLINE inline void mix(Vector& to, const Vector& a, const Vector& b, std::index_sequence<lane...>) {
    constexpr std::size_t lanes = sizeof...(lane), square = sizeof...(at), pick[] = {at...};
    to = __builtin_shufflevector(
        a, b, (lane / square * square + pick[lane % square] % square + pick[lane % square] / square * lanes)...);
}

template <class Vector, class Half, std::size_t... lane>
SEVENFOLD_INLINE inline void join(Vector& to, const Half& a, const Half& b, std::index_sequence<lane...>) {
    to = __builtin_shufflevector(a, b, lane...);
}

/// 16 bytes each from places that are `step` elements apart.
template <class T, int bytes>
SEVENFOLD_INLINE inline void gather(typename Vectors<T, bytes>::Vector& to, const T* from, std::size_t step) {
    if constexpr (bytes == 16) {
        std::memcpy(&to, from, bytes);
    } else {
        typename Vectors<T, bytes / 2>::Vector a, b;
        gather<T, bytes / 2>(a, from, step);
        gather<T, bytes / 2>(b, from + bytes / 32 * step, step);
        join(to, a, b, std::make_index_sequence<bytes / sizeof(T)>());
    }
}

// to (columns, rows) = the transpose of from (rows, columns). Vectors of `bytes` take 16 bytes from as many rows as give whole
// vectors of the result, and turn them as squares within their 16 bytes; what remains is left to shorter vectors.
template <class T, int bytes>
SEVENFOLD_INLINE inline void transpose(std::size_t rows, std::size_t columns, const T* from, std::size_t from_step,
                                       T* to, std::size_t to_step) {
    using Vector = typename Vectors<T, bytes>::Vector;
    constexpr std::size_t lanes = bytes / sizeof(T), square = 16 / sizeof(T);
    constexpr auto all = std::make_index_sequence<lanes>();
    const std::size_t whole_rows = rows / lanes * lanes, whole_columns = columns / square * square;
    for (std::size_t j = 0; j < whole_columns; j += square)
        for (std::size_t i = 0; i < whole_rows; i += lanes) {
            Vector row[square], turned[square];
            for (std::size_t r = 0; r < square; ++r)
                gather<T, bytes>(row[r], from + (i + r) * from_step + j, square * from_step);
            if constexpr (square == 4) {
                Vector a, b, c, d;
                mix<0, 4, 1, 5>(a, row[0], row[1], all);
                mix<2, 6, 3, 7>(b, row[0], row[1], all);
                mix<0, 4, 1, 5>(c, row[2], row[3], all);
                mix<2, 6, 3, 7>(d, row[2], row[3], all);
                mix<0, 1, 4, 5>(turned[0], a, c, all);
                mix<2, 3, 6, 7>(turned[1], a, c, all);
                mix<0, 1, 4, 5>(turned[2], b, d, all);
                mix<2, 3, 6, 7>(turned[3], b, d, all);
            } else {
                mix<0, 2>(turned[0], row[0], row[1], all);
                mix<1, 3>(turned[1], row[0], row[1], all);
            }
            for (std::size_t r = 0; r < square; ++r) std::memcpy(to + (j + r) * to_step + i, &turned[r], bytes);
        }
    for (std::size_t j = whole_columns; j < columns; ++j)
        for (std::size_t i = 0; i < whole_rows; ++i) to[j * to_step + i] = from[i * from_step + j];
    from += whole_rows * from_step;
    to += whole_rows;
    rows -= whole_rows;
    if constexpr (bytes > 16)
        transpose<T, bytes / 2>(rows, columns, from, from_step, to, to_step);
    else
        for (std::size_t j = 0; j < columns; ++j)
            for (std::size_t i = 0; i < rows; ++i) to[j * to_step + i] = from[i * from_step + j];
}

// A tile of C, R rows by V vectors, stays in registers while it runs along k. Where n is no multiple of a vector, the last
// one begins earlier and overlaps its neighbour: both compute the same there.
template <class T, int bytes>
struct Tiles {
    using Vector = typename Vectors<T, bytes>::Vector;
    static constexpr std::size_t lanes = bytes / sizeof(T);
    static constexpr bool many_registers = bytes == 64;

    Product<T> p;

    /// Columns of C from `first` on, and the part of op(B) below them for one block of k.
    struct Strip {
        std::size_t first, width, k_first, depth;
        const T* b;
        std::size_t ldb;
        std::array<std::size_t, 4> columns;  // where its vectors begin
    };

    template <std::size_t R, std::size_t V>
    SEVENFOLD_INLINE void tile(std::size_t i, const Strip& s) const {
        const std::size_t row_step = p.transpose_a ? 1 : p.lda, k_step = p.transpose_a ? p.lda : 1;
        const T *a = p.a + i * row_step + s.k_first * k_step, *b = s.b;
        T* const c = p.c + i * p.ldc + s.first;
        Vector sum[R][V] = {}, old;
        const auto step = [&](auto& to) SEVENFOLD_INLINE {
            Vector part[V];
            for (std::size_t v = 0; v < V; ++v) std::memcpy(&part[v], b + s.columns[v], bytes);
            for (std::size_t r = 0; r < R; ++r)
                for (std::size_t v = 0; v < V; ++v) to[r][v] += a[r * row_step] * part[v];
            a += k_step;
            b += s.ldb;
        };
        std::size_t k = 0;
        if constexpr (R == 1) {  // so few sums that each would wait for its last addition: four of them take turns
            Vector other[3][R][V] = {};
            for (; k + 4 <= s.depth; k += 4) {
                step(sum);
                for (auto& turn : other) step(turn);
            }
            for (std::size_t v = 0; v < V; ++v) sum[0][v] += other[0][0][v] + (other[1][0][v] + other[2][0][v]);
        }
        for (; k < s.depth; ++k) step(sum);
        if (p.alpha != 1)
            for (std::size_t r = 0; r < R; ++r)
                for (std::size_t v = 0; v < V; ++v) sum[r][v] *= p.alpha;
        const T beta = s.k_first > 0 ? T{1} : p.row ? T{0} : p.beta;
        if (p.row && s.k_first == 0)
            for (std::size_t v = 0; v < V; ++v) {
                std::memcpy(&old, p.row + s.first + s.columns[v], bytes);
                for (std::size_t r = 0; r < R; ++r) sum[r][v] += old;
            }
        if (beta != 0)  // all that is read is read before any is written
            for (std::size_t r = 0; r < R; ++r)
                for (std::size_t v = 0; v < V; ++v) {
                    std::memcpy(&old, c + r * p.ldc + s.columns[v], bytes);
                    sum[r][v] += beta * old;
                }
        for (std::size_t r = 0; r < R; ++r)
            for (std::size_t v = 0; v < V; ++v) std::memcpy(c + r * p.ldc + s.columns[v], &sum[r][v], bytes);
    }

    template <std::size_t V>
    SEVENFOLD_INLINE void rows(const Strip& s) const {
        std::size_t i = 0;
        if constexpr (V == 4)
            for (; i + 6 <= p.m; i += 6) tile<6, V>(i, s);
        else if (many_registers)
            for (; i + 8 <= p.m; i += 8) tile<8, V>(i, s);
        for (; i + 4 <= p.m; i += 4) tile<4, V>(i, s);
        for (; i + 2 <= p.m; i += 2) tile<2, V>(i, s);
        if (i < p.m) tile<1, V>(i, s);
    }

    SEVENFOLD_INLINE void operator()() const {
        alignas(64) T copy[block * 4 * lanes];
        const std::size_t vectors = (p.n + lanes - 1) / lanes;
        for (std::size_t k = 0; k < p.k; k += block)
            for (std::size_t v = 0, many; v < vectors; v += many) {
                // 2 to 4 vectors, never one behind others, so that the overlap lies within a strip
                const std::size_t left = vectors - v;
                if (many_registers)
                    many = left <= 4 ? left : left == 5 || left == 6 || left == 9 ? 3 : 4;
                else
                    many = left == 4 ? 2 : std::min<std::size_t>(left, 3);
                const std::size_t first = v * lanes;
                Strip s{first, std::min(many * lanes, p.n - first), k, std::min(block, p.k - k), nullptr, many * lanes,
                        {}};
                if (s.width < lanes) s.first = p.n - (s.width = lanes);  // the only vector of this strip
                for (std::size_t j = 0; j < many; ++j) s.columns[j] = std::min(j * lanes, s.width - lanes);
                if (p.transpose_b) {
                    transpose<T, bytes>(s.width, s.depth, p.b + s.first * p.ldb + k, p.ldb, copy, s.ldb);
                    s.b = copy;
                } else if (p.m >= many_rows && p.ldb > 4 * lanes) {
                    for (std::size_t i = 0; i < s.depth; ++i)
                        for (std::size_t j = 0; j < many; ++j)
                            std::memcpy(copy + i * s.ldb + s.columns[j], p.b + (k + i) * p.ldb + s.first + s.columns[j],
                                        bytes);
                    s.b = copy;
                } else {
                    s.b = p.b + k * p.ldb + s.first;
                    s.ldb = p.ldb;
                }
                if (many == 1) rows<1>(s);
                if (many == 2) rows<2>(s);
                if (many == 3) rows<3>(s);
                if constexpr (many_registers)
                    if (many == 4) rows<4>(s);
            }
    }
};

// Cᵀ = op(B)ᵀ op(A)ᵀ, with Cᵀ (n, m) at c.
template <class T>
SEVENFOLD_INLINE inline Product<T> transposed(const Product<T>& p, T* c) {
    return {.transpose_a = !p.transpose_b,
            .transpose_b = !p.transpose_a,
            .m = p.n,
            .n = p.m,
            .k = p.k,
            .a = p.b,
            .lda = p.ldb,
            .b = p.a,
            .ldb = p.lda,
            .c = c,
            .ldc = p.m,
            .alpha = p.alpha};
}

// The transpose is computed, and C turned back: for few rows by many columns of a transposed B, whose strips would all have to
// be turned, and for few columns by many rows of a transposed A.
template <class T, int bytes>
struct Turned {
    Product<T> p;
    T* c;  // m n elements

    SEVENFOLD_INLINE void operator()() const {
        Tiles<T, bytes>{transposed(p, c)}();
        if (!p.row && p.beta != 0) {
            for (std::size_t i = 0; i < p.m; ++i)
                for (std::size_t j = 0; j < p.n; ++j) {
                    T& to = p.c[i * p.ldc + j];
                    to = c[j * p.m + i] + p.beta * to;
                }
            return;
        }
        transpose<T, bytes>(p.n, p.m, c, p.m, p.c, p.ldc);
        if (p.row)
            for (std::size_t i = 0; i < p.m; ++i)
                for (std::size_t j = 0; j < p.n; ++j) p.c[i * p.ldc + j] += p.row[j];
    }
};

struct RowSum {
    static SEVENFOLD_INLINE void step(auto& so_far, const auto& v) { so_far += v; }
};

// Where op(B) is stored by columns: every element of C is a product of two contiguous rows. The last vector of a row
// overlaps the one before; there A counts as 0.
template <class T, int bytes>
struct Dots {
    using Vector = typename Vectors<T, bytes>::Vector;
    static constexpr std::size_t lanes = bytes / sizeof(T);

    Product<T> p;

    SEVENFOLD_INLINE void operator()() const {
        if (p.n == 1) return one(p.b, p.m, p.a, p.lda, p.c, p.ldc, p.row, 0);
        for (std::size_t i = 0; i < p.m; ++i) one(p.a + i * p.lda, p.n, p.b, p.ldb, p.c + i * p.ldc, 1, p.row, 1);
    }

    /// c[j] = x · row j of w
    SEVENFOLD_INLINE void one(const T* x, std::size_t rows, const T* w, std::size_t w_step, T* c, std::size_t c_step,
                              const T* bias, std::size_t bias_step) const {
        const std::size_t whole = (p.k - 1) / lanes * lanes, last = p.k - lanes;
        T end[lanes] = {};
        for (std::size_t k = whole; k < p.k; ++k) end[k - last] = x[k];
        Vector sum, u, v, at_end;
        std::memcpy(&at_end, end, bytes);
        for (std::size_t j = 0; j < rows; ++j, w += w_step, c += c_step) {
            std::memcpy(&v, w + last, bytes);
            sum = at_end * v;
            for (std::size_t k = 0; k < whole; k += lanes) {
                std::memcpy(&u, x + k, bytes);
                std::memcpy(&v, w + k, bytes);
                sum += u * v;
            }
            fold_lanes<RowSum, lanes / 2>(sum, std::make_index_sequence<lanes>());
            *c = p.alpha * sum[0] + (bias ? bias[j * bias_step] : p.beta == 0 ? T{0} : p.beta * *c);
        }
    }
};

// What is too short for a vector.
template <class T>
struct Plain {
    Product<T> p;

    SEVENFOLD_INLINE void operator()() const {
        const std::size_t row_step = p.transpose_a ? 1 : p.lda, k_step = p.transpose_a ? p.lda : 1;
        for (std::size_t i = 0; i < p.m; ++i)
            for (std::size_t j = 0; j < p.n; ++j) {
                T sum{0};
                for (std::size_t k = 0; k < p.k; ++k)
                    sum += p.a[i * row_step + k * k_step] * (p.transpose_b ? p.b[j * p.ldb + k] : p.b[k * p.ldb + j]);
                T& c = p.c[i * p.ldc + j];
                c = p.alpha * sum + (p.row ? p.row[j] : p.beta == 0 ? T{0} : p.beta * c);
            }
    }
};

// The longest vectors of the machine that fit into n elements.
template <class T, template <class, int> class Loops, class... More>
void run(const Product<T>& p, std::size_t n, More... more) {
    if (simd::level() == simd::Level::avx512 && n >= 64 / sizeof(T))
        return simd::detail::run_avx512(Loops<T, 64>{p, more...});
    if (simd::level() != simd::Level::baseline && n >= 32 / sizeof(T))
        return simd::detail::run_avx2(Loops<T, 32>{p, more...});
    if (n < 16 / sizeof(T)) return simd::run(Plain<T>{p});
    if (simd::level() != simd::Level::baseline) return simd::detail::run_avx2(Loops<T, 16>{p, more...});
    simd::detail::run_baseline(Loops<T, 16>{p, more...});
}

}  // namespace

template <class T>
bool is_small(const Product<T>& p) {
    constexpr std::size_t lanes = 64 / sizeof(T), few = 4096, many = std::size_t{1} << 27;
    if (p.n < lanes && p.m * p.n * p.k > few && !(p.transpose_a && p.m >= lanes))
        return p.n == 1 && p.k >= lanes && !p.transpose_a;
    return p.m * p.n <= many / std::max<std::size_t>(p.k, 1);
}

template <class T>
void small_gemm(const Product<T>& p) {
    if (p.k == 0) return simd::run(Plain<T>{p});                         // an empty sum
    if (p.n == 1 && p.m > 1 && p.ldc == 1 && !p.row && p.transpose_a) {  // a column without gaps is a row
        Product<T> row = transposed(p, p.c);
        row.beta = p.beta;
        return small_gemm(row);
    }
    // A column of B is a row turned, and a row a column turned. Copied only here: who has just written a product one by
    // one would wait for reading it in vectors.
    if (p.ldb == 1 && (p.transpose_b ? p.k == 1 && p.n > 1 : p.n == 1 && p.k > 1)) {
        Product<T> other = p;
        other.transpose_b = !p.transpose_b;
        other.ldb = std::max(p.k, p.n);
        return small_gemm(other);
    }
    const auto turned = [&] { run<T, Turned>(p, p.m, Array<T>(Shape{p.m * p.n}).data()); };
    constexpr std::size_t few_rows = 4, few_columns = 64 / sizeof(T);
    if (p.transpose_b && !p.transpose_a) {
        if (p.m < few_rows || p.n == 1) return run<T, Dots>(p, p.k);
        if (p.n > 2 * p.m && p.m >= 64 / sizeof(T)) return turned();
    }
    if (p.transpose_a && p.n < few_columns && p.m >= 64 / sizeof(T)) return turned();
    run<T, Tiles>(p, p.n);
}

template <class T>
void gemm(const Product<T>& p) {
    if (p.m == 0 || p.n == 0) return;
    if (is_small(p)) return small_gemm(p);
    if (p.row)
        for (std::size_t i = 0; i < p.m; ++i) std::copy_n(p.row, p.n, p.c + i * p.ldc);
    blas::gemm(p.transpose_a, p.transpose_b, p.m, p.n, p.k, p.alpha, p.a, p.lda, p.b, p.ldb, p.row ? T{1} : p.beta, p.c,
               p.ldc);
}

template void gemm(const Product<float>&);
template void gemm(const Product<double>&);
template void small_gemm(const Product<float>&);
template void small_gemm(const Product<double>&);
template bool is_small(const Product<float>&);
template bool is_small(const Product<double>&);

}  // namespace sevenfold::kernels
