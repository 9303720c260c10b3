#include <doctest/doctest.h>

#include <cmath>

#include "../data/scratch.hpp"
#include "sevenfold/autograd/ops.hpp"
#include "sevenfold/viz/tape_record.hpp"

using namespace sevenfold;
using namespace sevenfold::viz;

namespace {

// sum((tanh(w x))²) with a constant to change.
TapeRecord record(double w, double x, bool squared = true, std::size_t n = 3) {
    Tape<double> tape;
    tape.keep_values();
    const auto weight = leaf(Array<double>::full({n}, w), "w");
    const auto h = tanh(weight * Variable<double>(Array<double>::full({n}, x)));
    return record_of(tape, sum(squared ? h * h : exp(h)));
}

}  // namespace

TEST_CASE("a tape's record has its ops, names, shapes, inputs, values and gradients") {
    const TapeRecord steps = record(0.5, 2);
    REQUIRE(steps.size() == 5);
    CHECK(steps[0].op == "leaf");
    CHECK(steps[0].name == "w");
    CHECK(steps[0].shape == "(3,)");
    CHECK(steps[1].op == "mul");
    CHECK(steps[1].inputs == std::vector<std::int64_t>{0, -1});
    CHECK(steps[1].value->entries == std::vector<double>{1, 1, 1});
    CHECK(steps[4].op == "sum");
    CHECK(steps[4].gradient->entries == std::vector<double>{1});
    CHECK(steps[2].gradient->entries[0] == doctest::Approx(2 * std::tanh(1)));
}

TEST_CASE("the first step where two tapes part is named") {
    const TapeRecord a = record(0.5, 2);
    CHECK_FALSE(diff(a, record(0.5, 2)));
    const auto value = diff(a, record(0.5, 3));  // the same leaf, another constant
    REQUIRE(value);
    CHECK(value->step == 1);
    CHECK(value->what == "value");
    CHECK(value->text == "step %1 (mul, (3,)) is the first whose value differs: for example 1 and 1.5");
    const auto leaf = diff(a, record(0.25, 2));
    CHECK(leaf->text == "step %0 (leaf \"w\", (3,)) is the first whose value differs: for example 0.5 and 0.25");
    CHECK(diff(a, record(0.5, 2, false))->text == "step %3 is the first where the ops differ: mul and exp");
    CHECK(diff(a, record(0.5, 2, true, 4))->text == "step %0 (leaf) is the first whose shapes differ: (3,) and (4,)");
    TapeRecord longer = a;
    longer.push_back({.op = "exp", .shape = "()"});
    CHECK(diff(a, longer)->text == "the tapes are alike for 5 steps; then the second goes on with step %5 (exp, ())");
    TapeRecord other = a;
    other[3].inputs = {2, 1};
    CHECK(diff(a, other)->what == "inputs");
}

TEST_CASE("where values agree, the first gradient on the way back that differs is named") {
    TapeRecord a = record(0.5, 2), b = a;
    for (std::size_t i : {0u, 2u}) b[i].gradient->entries[1] += 0.5, ++b[i].gradient->checksum;
    const auto found = diff(a, b);
    REQUIRE(found);
    CHECK(found->step == 2);
    CHECK(found->what == "gradient");
    b = a;
    b[1].gradient.reset();
    CHECK(diff(a, b)->text == "step %1 (mul, (3,)): only the first tape has a gradient here");
}

TEST_CASE("what a record holds reaches a terminal without control characters") {
    const TapeRecord a = record(0.5, 2);
    for (std::string StepRecord::*word : {&StepRecord::op, &StepRecord::shape, &StepRecord::name}) {
        TapeRecord b = a, c = a;
        c[2].*word = "\x1b[2J";
        ++c[2].value->checksum, c[2].value->entries[0] += 1;
        b[2].name = c[2].name;
        CHECK_FALSE(has(diff(c, b)->text, "\x1b"));
        CHECK_FALSE(has(diff(b, c)->text, "\x1b"));
    }
}

TEST_CASE("a tolerance lets rounding pass, and nothing else") {
    TapeRecord a = record(0.5, 2), b = a;
    b[2].value->entries[0] *= 1 + 1e-9, ++b[2].value->checksum;
    CHECK(diff(a, b)->step == 2);
    CHECK_FALSE(diff(a, b, 1e-6));
    b[2].value->entries[0] = std::nan("");
    CHECK(diff(a, b, 1e-6)->step == 2);
    b = a;
    ++b[2].value->checksum;  // in an entry that the record does not hold
    CHECK(diff(a, b)->text == "step %2 (tanh, (3,)) is the first whose value differs: in an entry that is not kept");
}

TEST_CASE("a record reads back as it was saved, and other files are refused") {
    const Scratch scratch;
    TapeRecord saved = record(0.5, 2);
    saved[1].value->entries = {std::nan(""), 1.0 / 0.0, -1.0 / 0.0};
    save_tape(saved, scratch / "tape.json");
    const TapeRecord read = load_tape(scratch / "tape.json");
    CHECK_FALSE(diff(saved, read));
    CHECK(std::isnan(read[1].value->entries[0]));
    CHECK(read[1].value->entries[2] == -1.0 / 0.0);
    CHECK(read[0].name == "w");
    const auto fault = [&](const std::string& bytes) {
        scratch.file("other.json", bytes);
        return file_error([&] { load_tape(scratch / "other.json"); });
    };
    const std::string head = R"x({"format": "sevenfold-tape", "version": 1, "steps": )x";
    CHECK(has(fault("{\"format\""), "it is not JSON, or it is cut short"));
    CHECK(has(fault("[1]"), "it has no \"format\""));
    CHECK(has(fault(R"x({"format": "x", "version": 1})x"), "it does not say"));
    CHECK(has(fault(head + "3}"), "\"steps\" is a list"));
    CHECK(has(fault(head + "[{\"op\": 1}]}"), "\"op\" is a word"));
    const auto step = [&](const std::string& inputs, const std::string& value) {
        return head + R"x([{"op": "a", "name": "", "shape": "()", "inputs": )x" + inputs + ", \"value\": " + value +
               ", \"gradient\": null}]}";
    };
    CHECK(has(fault(step("[\"x\"]", "null")), "an input is the number of an earlier step"));
    CHECK(has(fault(step("[0]", "null")), "an input is the number of an earlier step"));
    CHECK(has(fault(std::string(100'000, '[')), "no tape nests deeper than five levels"));
    CHECK(has(fault(step("[]", "{\"checksum\": 1, \"entries\": [\"y\"]}")), "an entry is a number"));
    CHECK(has(fault(step("3", "null")), "\"inputs\" is a list"));
    CHECK(has(fault(step("[]", "{\"checksum\": -1, \"entries\": []}")), "an array has a checksum"));
}
