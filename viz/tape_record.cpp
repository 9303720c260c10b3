#include "sevenfold/viz/tape_record.hpp"

#include <zlib.h>

#include <algorithm>

#include "sevenfold/autograd/trace.hpp"

namespace sevenfold::viz {
namespace {

constexpr std::size_t most_entries = 64;

template <class T>
ArrayRecord record_of(const Array<T>& array) {
    ArrayRecord out;
    out.checksum = crc32_z(0, reinterpret_cast<const Bytef*>(array.data()), array.size() * sizeof(T));
    const std::size_t shown = std::min(array.size(), most_entries);
    for (std::size_t i = 0; i < shown; ++i)
        out.entries.push_back(static_cast<double>(array.data()[i * array.size() / shown]));
    return out;
}

}  // namespace

template <class T>
TapeRecord record_of(Tape<T>& tape, const Variable<T>& loss) {
    const Trace<T> trace(tape, loss);
    TapeRecord out;
    for (std::size_t i = 0; i < tape.size(); ++i) {
        const Node<T>& node = tape.node(i);
        StepRecord step{.op = node.op ? std::string(node.op->text().name) : "leaf",
                        .name = tape.name_of(i),
                        .shape = node.output.shape().str()};
        for (Source source : tape.sources(node))
            step.inputs.push_back(source.followed() ? static_cast<std::int64_t>(source.step()) : -1);
        if (const Array<T>* value = tape.value_of(i)) step.value = record_of(*value);
        if (const Array<T>* gradient = trace.gradient(i)) step.gradient = record_of(*gradient);
        out.push_back(std::move(step));
    }
    return out;
}

template TapeRecord record_of(Tape<float>&, const Variable<float>&);
template TapeRecord record_of(Tape<double>&, const Variable<double>&);

}  // namespace sevenfold::viz
