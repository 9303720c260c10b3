#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "sevenfold/autograd/linalg.hpp"
#include "sevenfold/autograd/random.hpp"
#include "sevenfold/autograd/tape.hpp"

using namespace sevenfold;

namespace {

template <class T>
double distance(const Array<T>& a, const Array<T>& b) {
    REQUIRE(a.shape() == b.shape());
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) sum += std::pow(static_cast<double>(a.data()[i] - b.data()[i]), 2);
    return std::sqrt(sum);
}

template <class T>
Array<T> product(const Array<T>& a, const Array<T>& b) {
    return matmul(Variable<T>(a), b).value();
}
template <class T>
Array<T> flipped(const Array<T>& a) {
    return transpose(Variable<T>(a)).value();
}

const std::vector<Shape> shapes{{1, 1}, {5, 3}, {3, 5}, {4, 4}, {1, 6}, {6, 1}, {40, 17}};

}  // namespace

TEST_CASE_TEMPLATE("a decomposition gives back its matrix, from orthonormal vectors and decreasing values", T, float,
                   double) {
    const double tolerance = sizeof(T) == 8 ? 1e-12 : 1e-4;
    Random random(1);
    for (const Shape& shape : shapes) {
        INFO(shape.str());
        const auto a = random.normal<T>(shape);
        const Svd<T> parts = svd(a);
        const std::size_t k = std::min(shape[0], shape[1]);
        CHECK(distance(product(flipped(parts.u), parts.u), Array<T>::eye(k)) < tolerance);
        CHECK(distance(product(parts.vt, flipped(parts.vt)), Array<T>::eye(k)) < tolerance);
        for (std::size_t i = 0; i < k; ++i) {
            CHECK(parts.s(i) >= 0);
            if (i > 0) CHECK(parts.s(i) <= parts.s(i - 1));
        }
        CHECK(distance(parts.approximation(k), a) < tolerance);
        CHECK(parts.rank() == k);
    }
}

TEST_CASE("the signs are fixed: the largest entry of every left vector is positive") {
    Random random(2);
    const auto a = random.normal<double>({7, 4});
    const Svd<double> parts = svd(a), opposite = svd((-Variable<double>(a)).value());
    for (std::size_t j = 0; j < 4; ++j) {
        double largest = 0;
        for (std::size_t i = 0; i < 7; ++i)
            if (std::abs(parts.u(i, j)) > std::abs(largest)) largest = parts.u(i, j);
        CHECK(largest > 0);
    }
    CHECK(distance(parts.u, opposite.u) < 1e-12);
}

TEST_CASE("the error of a truncated decomposition is its distance from the matrix, and none of that rank is nearer") {
    Random random(3);
    const auto a = random.normal<double>({8, 6});
    const Svd<double> parts = svd(a);
    for (std::size_t r = 0; r <= 6; ++r) {
        INFO("rank ", r);
        const auto nearest = parts.approximation(r);
        CHECK(parts.error(r) == doctest::Approx(distance(nearest, a)).epsilon(1e-10));
        CHECK(parts.energy(r) == doctest::Approx(1 - std::pow(parts.error(r) / parts.error(0), 2)).epsilon(1e-10));
        if (r == 0) continue;
        CHECK(svd(nearest).rank() == r);
        const auto other = product(random.normal<double>({8, r}), random.normal<double>({r, 6}));
        CHECK(distance(other, a) > parts.error(r) - 1e-12);
    }
}

TEST_CASE("rank counts what is more than rounding") {
    Random random(4);
    const auto a = product(random.normal<double>({9, 2}), random.normal<double>({2, 5}));
    CHECK(svd(a).rank() == 2);
    CHECK(svd(Array<double>::zeros({3, 4})).rank() == 0);
    CHECK(svd(Array<double>::zeros({3, 4})).energy(0) == 1);
    CHECK(svd(Array<double>({{1e-30, 0}, {0, 1e-31}})).rank() == 2);  // relative to the largest
}

TEST_CASE("a pseudo-inverse has the four properties of Moore and Penrose, for deficient matrices too") {
    Random random(5);
    for (const Shape& shape : shapes) {
        INFO(shape.str());
        const std::size_t r = std::min<std::size_t>(2, std::min(shape[0], shape[1]));
        const auto a = product(random.normal<double>({shape[0], r}), random.normal<double>({r, shape[1]}));
        const auto p = pinv(a);
        const auto ap = product(a, p), pa = product(p, a);
        CHECK(distance(product(ap, a), a) < 1e-10);
        CHECK(distance(product(pa, p), p) < 1e-10);
        CHECK(distance(ap, flipped(ap)) < 1e-10);
        CHECK(distance(pa, flipped(pa)) < 1e-10);
    }
    CHECK(distance(pinv(Array<double>({{2, 0}, {0, 0.1}}), 0.5), Array<double>({{0.5, 0}, {0, 0}})) < 1e-15);
}

TEST_CASE_TEMPLATE("a linear system is solved, whatever the sizes of its rows and columns", T, float, double) {
    const double tolerance = sizeof(T) == 8 ? 1e-10 : 1e-3;
    Random random(6);
    for (const std::size_t n : std::vector<std::size_t>{1, 2, 5, 30}) {
        auto a = random.normal<T>({n, n});
        for (std::size_t i = 0; i < n; ++i) a(i, i) += 3 * static_cast<T>(std::sqrt(n));
        const auto x = random.normal<T>({n, 3});
        CHECK(distance(solve(a, product(a, x)), x) < tolerance);
        const auto one = random.normal<T>({n});
        CHECK(distance(solve(a, product(a, one)), one) < tolerance);
    }
    const Array<T> scaled({{1e6f, 0}, {0, 1e-6f}});
    CHECK(distance(solve(scaled, Array<T>({2}, {1e6f, 1e-6f})), Array<T>::ones({2})) < 1e-6);
}

TEST_CASE("arguments of a decomposition or a system are not changed") {
    Random random(7);
    const auto a = random.normal<double>({3, 3}), b = random.normal<double>({3});
    const Array<double> a_before(a.shape(), a.flat()), b_before(b.shape(), b.flat());
    svd(a);
    solve(a, b);
    CHECK(a == a_before);
    CHECK(b == b_before);
}

TEST_CASE("the sum of all singular values has a gradient where some are equal, one of them alone has none to repeat") {
    const auto x = leaf(Array<double>::eye(3), "x");
    Tape<double> tape;
    const auto s = singular_values(x);
    tape.backward(sum(s));
    CHECK(distance(x.grad(), Array<double>::eye(3)) < 1e-14);
    CHECK_THROWS_WITH_AS(
        grad(sum(grad(sum(s * s * s), x)), x),
        "[svd] singular values 1 and 1 of a matrix (3, 3): the singular vectors have a derivative only where all "
        "values "
        "differ, and from 0. The singular values themselves can be differentiated once: singular_values(x).",
        ValueError);
}

TEST_CASE("matrices that cannot be decomposed or solved say why") {
    using A = Array<double>;
    const double nan = std::numeric_limits<double>::quiet_NaN(), inf = std::numeric_limits<double>::infinity();
    CHECK_THROWS_WITH_AS(svd(A::zeros({0, 3})),
                         "[svd] an array of shape (0, 3): it takes a matrix with at least one element.", ShapeError);
    CHECK_THROWS_WITH_AS(svd(A::zeros({3})),
                         "[svd] an array of shape (3,): it takes a matrix with at least one element.", ShapeError);
    CHECK_THROWS_WITH_AS(svd(A({{1, nan}})),
                         "[svd] element 1 of (1, 2) is nan: all elements are finite. Look for where it arose: "
                         "tape.find_anomalies().",
                         ValueError);
    CHECK_THROWS_AS(singular_values(Variable<double>(A({{inf, 1}}))), ValueError);
    CHECK_THROWS_AS(singular_values(Variable<double>(A::zeros({2, 2, 2}))), ShapeError);
    CHECK_THROWS_AS(pinv(A({{nan}})), ValueError);
    CHECK_THROWS_WITH_AS(svd(A::ones({2, 3})).approximation(3),
                         "[svd] rank 3 of a matrix (2, 3): ranks run from 0 to 2.", ValueError);
    CHECK_THROWS_WITH_AS(compression_ratio(3, 4, 0),
                         "[compression_ratio] rank 0: it stores nothing. Choose a rank of at least 1.", ValueError);
    CHECK_THROWS_WITH_AS(solve(A::ones({2, 3}), A::ones({2})),
                         "[solve] (2, 3) and (2,): a is a square matrix, and b has as many rows, (n) or (n, count). "
                         "For least squares use matmul(pinv(a), b).",
                         ShapeError);
    CHECK_THROWS_AS(solve(A::eye(2), A::ones({3})), ShapeError);
    CHECK_THROWS_AS(solve(A::eye(2), A({2}, {nan, 0})), ValueError);
    CHECK_THROWS_WITH_AS(
        solve(A({{1, 2}, {2, 4}}), A::ones({2})),
        "[solve] a matrix (2, 2) of reciprocal condition 0: it is singular to working precision. Add a "
        "small multiple of the identity (ridge), or use matmul(pinv(a), b).",
        ValueError);
}
