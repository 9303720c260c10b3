#include "sevenfold/exercises/check.hpp"

namespace exercise {
namespace {

// What is left if the copies' gradients are written over each other instead of added: the first or the last of them.
Array<double> one_copy(const Array<double>& dy, const Shape& shape, bool first) {
    const Strides from = row_major_strides(dy.shape()), to = broadcast_strides(shape, dy.shape());
    Array<double> out(shape);
    for (std::size_t n = 0; n < dy.size(); ++n) {
        const std::size_t i = first ? dy.size() - 1 - n : n;
        std::size_t place = 0;
        for (std::size_t axis = 0; axis < dy.rank(); ++axis) place += i / from[axis] % dy.shape()[axis] * to[axis];
        out.data()[place] = dy.data()[i];
    }
    return out;
}

}  // namespace

const Exercise this_exercise{2, "02_broadcasting.cpp", "undoing a broadcast"};

void run(Check& check) {
    struct Case {
        Shape shape, broadcast;
    };
    for (const Case& c : std::vector<Case>{{{4}, {3, 4}},
                                           {{1, 4}, {3, 4}},
                                           {{3, 1}, {3, 4}},
                                           {{}, {3, 4}},
                                           {{1, 1}, {3, 4}},
                                           {{3, 4}, {3, 4}},
                                           {{3, 1}, {2, 3, 4}}}) {
        Array<double> dy(c.broadcast);
        for (std::size_t i = 0; i < dy.size(); ++i) dy.data()[i] = static_cast<double>(i * i % 11) - 3;
        const Variable<double> expected = sum_to(Variable<double>(dy), c.shape), all = sum(Variable<double>(dy));
        const double copies = static_cast<double>(dy.size()) / static_cast<double>(expected.size());
        check.equal(text(c.shape, " that was broadcast to ", c.broadcast), undo_broadcast(dy, c.shape),
                    expected.value(),
                    {{"the mean of the copies was taken in place of their sum", (expected / copies).value()},
                     {"only the first copy's gradient was kept; all of them add up", one_copy(dy, c.shape, true)},
                     {"only the last copy's gradient was kept: = in place of +=", one_copy(dy, c.shape, false)},
                     {"a sum over all axes: sum(x, {}) without axes means every axis", all.value()},
                     {"the axis of size 1 is gone: sum(.., true) keeps it, or reshape brings it back",
                      expected.value().reshape(c.shape == Shape{1, 1} ? Shape{} : Shape{expected.size()})},
                     {"the axes in front are still there, with size 1: reshape to the input's shape",
                      expected.rank() < dy.rank() ? sum(Variable<double>(dy), {0}, true).value() : Array<double>()}});
    }
}

}  // namespace exercise
