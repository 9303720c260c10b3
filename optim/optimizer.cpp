#include "sevenfold/optim/optimizer.hpp"

#include <cmath>
#include <map>
#include <unordered_set>

#if defined(__SSE__)
#include <xmmintrin.h>
#endif

namespace sevenfold {
namespace {

// Within this scope numbers too small for full precision (below 1.2e-38 in float) count as 0. Averages of gradients that
// have become 0 shrink into that range and stay there, where square roots and divisions are tens of times slower.
class FlushDenormals {
  public:
    FlushDenormals(const FlushDenormals&) = delete;
    FlushDenormals& operator=(const FlushDenormals&) = delete;
#if defined(__SSE__)
    FlushDenormals() : before_(_mm_getcsr()) { _mm_setcsr(before_ | flush_to_zero | denormals_are_zero); }
    ~FlushDenormals() { _mm_setcsr(before_); }

  private:
    static constexpr unsigned flush_to_zero = 0x8000, denormals_are_zero = 0x0040;
    unsigned before_;
#else
    FlushDenormals() = default;
#endif
};

std::string words(std::size_t place, const std::string& name) {
    return name.empty() ? text("parameter ", place) : text("parameter ", place, " (", name, ')');
}

}  // namespace

template <class T>
void Optimizer<T>::add(std::string_view rule, const std::vector<Variable<T>>& parameters, std::size_t group) {
    if (parameters.empty())
        fail<ValueError>(rule, "no parameters", "an optimizer needs some to change",
                         "Pass model.parameters() or {w, b}.");
    std::unordered_set<const Array<T>*> known;  // a leaf's value stands at one address as long as the leaf lives
    for (const Entry& e : entries_) known.insert(&e.parameter.value());
    for (const Variable<T>& p : parameters) {
        const std::size_t place = entries_.size();
        if (!p.is_leaf())
            fail<ValueError>(
                rule,
                text(words(place, {}), ' ', p.shape(), " is ", p.is_constant() ? "a constant" : "the result of an op"),
                "only leaves can be changed", "Make it with leaf(array, \"name\").");
        if (!known.insert(&p.value()).second)
            fail<ValueError>(rule, text(words(place, p.name()), " is there already"),
                             "a parameter is changed once in a step", "Pass every parameter once, in one group.");
        entries_.push_back({p, group});
    }
}

template <class T>
void Optimizer<T>::step() {
    check();
    for (std::size_t i = 0; i < entries_.size(); ++i) {
        const Variable<T>& p = entries_[i].parameter;
        if (entries_[i].takes_part() && p.grad().shape() != p.shape())
            fail<ShapeError>(rule(), text("gradient ", p.grad().shape(), " for ", words(i, p.name()), ' ', p.shape()),
                             "the shapes must be equal");
    }
    const FlushDenormals scope;
    ++steps_;
    std::size_t group = 0;
    Slots wanted = slots(group);
    for (Entry& e : entries_) {
        if (!e.takes_part()) continue;
        if (e.group != group) wanted = slots(group = e.group);
        Part<T> part{e.parameter.size(), nullptr, std::as_const(e.parameter).grad().data(), {}, ++e.updates};
        part.w = e.parameter.change(rule()).data();
        for (std::size_t k = 0; k < max_slots; ++k) {
            if (!wanted[k].used) continue;
            if (!e.made[k]) e.slots[k] = Array<T>::full(e.parameter.shape(), static_cast<T>(wanted[k].initial));
            e.made[k] = true;
            part.slots[k] = e.slots[k].data();
        }
        update(e.group, part);
    }
}

template <class T>
void Optimizer<T>::zero_grad() {
    for (Entry& e : entries_) e.parameter.zero_grad();
}

template <class T>
std::vector<Variable<T>> Optimizer<T>::parameters() const {
    std::vector<Variable<T>> all;
    for (const Entry& e : entries_) all.push_back(e.parameter);
    return all;
}

template <class T>
void Optimizer<T>::set_lr(double lr) {
    for (std::size_t group = 0; group < groups(); ++group) set_lr(lr, group);
}
template <class T>
void Optimizer<T>::set_momentum(double momentum) {
    for (std::size_t group = 0; group < groups(); ++group) set_momentum(momentum, group);
}

// ---- state

template <class T>
OptimizerState<T> Optimizer<T>::state() const {
    OptimizerState<T> state{std::string(rule()), steps_, {}, {}, {}};
    for (std::size_t group = 0; group < groups(); ++group) state.lr.push_back(lr(group));
    for (std::size_t i = 0; i < entries_.size(); ++i) {
        const Entry& e = entries_[i];
        state.updates.push_back(e.updates);
        const Slots names = slots(e.group);
        for (std::size_t k = 0; k < max_slots; ++k)
            if (e.made[k] && names[k].used) state.slots.push_back({text(i, '.', names[k].name), e.slots[k]});
    }
    return state;
}

template <class T>
void Optimizer<T>::load(const OptimizerState<T>& state) {
    const auto wrong = [&](const std::string& arrived, const std::string& rule) {
        fail<ValueError>(this->rule(), "a state " + arrived, rule,
                         "Load it into an optimizer made like the one that it was saved from.");
    };
    if (state.rule != rule()) wrong(text("of ", state.rule), text("this optimizer is ", rule()));
    if (state.updates.size() != entries_.size())
        wrong(text("of ", state.updates.size(), " parameters"), text("this optimizer has ", entries_.size()));
    if (state.lr.size() != groups())
        wrong(text("of ", state.lr.size(), " groups"), text("this optimizer has ", groups()));
    for (double lr : state.lr)
        if (!(lr >= 0 && std::isfinite(lr))) wrong(text("with lr = ", lr), "lr is finite and not negative");

    std::map<std::string_view, const Array<T>*> given;
    for (const auto& slot : state.slots)
        if (!given.emplace(slot.name, &slot.value).second)
            wrong(text("with two of ", slot.name), "a name stands for one array");

    std::vector<Entry> entries = entries_;
    for (std::size_t i = 0; i < entries.size(); ++i) {
        Entry& e = entries[i];
        e.slots = {};
        e.made = {};
        e.updates = state.updates[i];
        if (e.updates > state.step)
            wrong(text("with ", e.updates, " updates of ", words(i, e.parameter.name())),
                  text("it counts ", state.step, " steps"));
        const Slots wanted = slots(e.group);
        for (std::size_t k = 0; k < max_slots; ++k) {
            if (!wanted[k].used || e.updates == 0) continue;
            const std::string name = text(i, '.', wanted[k].name);
            const auto found = given.find(name);
            if (found == given.end()) wrong(text("without ", name), "these options need it");
            const Array<T>& value = *found->second;
            if (value.shape() != e.parameter.shape())
                fail<ShapeError>(
                    rule(),
                    text(name, ' ', value.shape(), " for ", words(i, e.parameter.name()), ' ', e.parameter.shape()),
                    "the shapes must be equal");
            e.slots[k] = value;
            e.made[k] = true;
            given.erase(found);
        }
    }
    if (!given.empty()) wrong(text("with ", given.begin()->first), "these options have no use for it");

    for (std::size_t group = 0; group < groups(); ++group) set_lr(state.lr[group], group);
    entries_ = std::move(entries);
    steps_ = state.step;
}

template class Optimizer<float>;
template class Optimizer<double>;

}  // namespace sevenfold
