#include "sevenfold/nn/module.hpp"

#include <algorithm>
#include <map>

#include "sevenfold/data/file.hpp"

namespace sevenfold {
namespace {

// Calls each(path, part) for every part, inner modules before their parts.
template <class T, class F>
void walk(Module<T>& module, const std::string& prefix, const F& each) {
    for (const Member<T>& member : module.members()) {
        const std::string path = prefix + member.name;
        std::visit([&](auto* part) { each(path, *part); }, member.part);
        if (auto* inner = std::get_if<Module<T>*>(&member.part)) walk(**inner, path + '.', each);
    }
}

// members() gives access to change things, so it is not const; looking at them changes nothing.
template <class T, class F>
void walk(const Module<T>& module, const F& each) {
    walk(const_cast<Module<T>&>(module), "", each);
}

template <class... F>
struct Each : F... {
    using F::operator()...;
};
template <class... F>
Each(F...) -> Each<F...>;
constexpr auto pass_over = [](const std::string&, auto&) {};

template <class T, class F>
void each_parameter(const Module<T>& module, const F& act) {
    walk(module, Each{pass_over, [&](const std::string& path, Parameter<T>& p) { act(path, p); }});
}

// "a, b, c", with a count in place of the end of a long list.
std::string list(const std::vector<std::string>& items) {
    constexpr std::size_t most = 8;
    std::string out;
    for (std::size_t i = 0; i < std::min(items.size(), most); ++i) out += (i ? ", " : "") + items[i];
    return items.size() > most ? text(out, " and ", items.size() - most, " more") : out;
}

}  // namespace

template <class T>
Parameter<T>::Parameter(const Parameter& other) : Variable<T>(leaf(other.value(), other.name())) {
    if (!other.trainable()) this->set_trainable(false);
}

template <class T>
Parameter<T>& Parameter<T>::operator=(const Parameter& other) {
    if (this == &other) return *this;
    if (this->is_leaf() && this->shape() == other.shape())
        this->assign(other.value());
    else
        *this = Parameter(other);
    return *this;
}

template <class T>
std::vector<std::pair<std::string, Variable<T>>> Module<T>::named_parameters() const {
    std::vector<std::pair<std::string, Variable<T>>> out;
    each_parameter(*this, [&](const std::string& path, Parameter<T>& p) {
        p.set_name(path);
        out.emplace_back(path, p);
    });
    return out;
}

template <class T>
std::vector<Variable<T>> Module<T>::parameters() const {
    std::vector<Variable<T>> out;
    for (auto& [path, parameter] : named_parameters()) out.push_back(std::move(parameter));
    return out;
}

template <class T>
std::size_t Module<T>::parameter_count() const {
    std::size_t count = 0;
    each_parameter(*this, [&](const std::string&, const Parameter<T>& p) { count += p.size(); });
    return count;
}

template <class T>
void Module<T>::zero_grad() {
    each_parameter(*this, [](const std::string&, Parameter<T>& p) { p.zero_grad(); });
}

template <class T>
void Module<T>::freeze(bool on) {
    each_parameter(*this, [&](const std::string&, Parameter<T>& p) { p.set_trainable(!on); });
}

template <class T>
State<T> Module<T>::state() const {
    State<T> out;
    walk(*this, Each{pass_over, [&](const std::string& path, Parameter<T>& p) { out.emplace_back(path, p.value()); },
                     [&](const std::string& path, Array<T>& buffer) { out.emplace_back(path, buffer); }});
    return out;
}

template <class T>
void Module<T>::load_state(const State<T>& state, const std::string& source) {
    std::map<std::string, const Array<T>*> given;
    std::vector<std::string> missing, unknown, twice, shapes;
    for (const auto& [path, values] : state)
        if (!given.emplace(path, &values).second) twice.push_back(path);
    std::map<std::string, const Array<T>*> extra = given;
    const auto check = [&](const std::string& path, const Shape& shape) {
        extra.erase(path);
        const auto found = given.find(path);
        if (found == given.end())
            missing.push_back(path);
        else if (found->second->shape() != shape)
            shapes.push_back(text(path, " is ", found->second->shape(), ", the model has ", shape));
    };
    walk(*this, Each{pass_over, [&](const std::string& path, Parameter<T>& p) { check(path, p.shape()); },
                     [&](const std::string& path, Array<T>& buffer) { check(path, buffer.shape()); }});
    for (const auto& [path, values] : extra) unknown.push_back(path);

    std::vector<std::string> problems;
    if (!missing.empty()) problems.push_back("missing " + list(missing));
    if (!unknown.empty()) problems.push_back("unknown to the model " + list(unknown));
    if (!twice.empty()) problems.push_back("given twice " + list(twice));
    if (!shapes.empty()) problems.push_back(list(shapes));
    std::string arrived = source;
    for (const std::string& problem : problems) arrived += "; " + problem;
    if (!problems.empty())
        fail<ValueError>("load", printable(arrived), "names and shapes must be the model's own",
                         "Build the model with the settings it was saved with.");

    walk(*this, Each{pass_over, [&](const std::string& path, Parameter<T>& p) { p.assign(*given[path], "load"); },
                     [&](const std::string& path, Array<T>& buffer) { buffer = *given[path]; }});
}

template <class T>
std::vector<std::pair<std::string, Random*>> Module<T>::random_streams() {
    std::vector<std::pair<std::string, Random*>> out;
    walk(*this, Each{pass_over, [&](const std::string& path, Random& random) { out.emplace_back(path, &random); }});
    return out;
}

template <class T>
void Module<T>::train(bool on) {
    training_ = on;
    walk(*this, Each{pass_over, [&](const std::string&, Module<T>& inner) { inner.training_ = on; }});
}

template <class T>
typename Module<T>::Watcher*& Module<T>::Watcher::current() {
    thread_local constinit Watcher* watcher = nullptr;
    return watcher;
}

template <class T>
void Module<T>::Call::open(Tape<T>& tape, const Module& module) {
    std::string name;
    if (caller())
        walk(*caller(), Each{pass_over, [&](const std::string& path, Module<T>& inner) {
                                 if (&inner == &module && name.empty()) name = path;
                             }});
    scope_.emplace(&tape, name.empty() ? module.describe() : name);
    outer_ = std::exchange(caller(), &module);
}

template <class T>
const Module<T>*& Module<T>::Call::caller() {
    thread_local constinit const Module* calling = nullptr;
    return calling;
}

template class Parameter<float>;
template class Parameter<double>;
template class Module<float>;
template class Module<double>;

}  // namespace sevenfold
