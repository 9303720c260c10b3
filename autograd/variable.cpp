#include "sevenfold/autograd/variable.hpp"

#include <algorithm>

#include "sevenfold/autograd/error.hpp"
#include "sevenfold/autograd/kernels/kernels.hpp"

namespace sevenfold {

template <class T>
void Leaf<T>::add_gradient(Array<T> more) {
    if (has_gradient)
        kernels::accumulate(gradient, more);
    else
        gradient = std::move(more);
    has_gradient = true;
}

template <class T>
Leaf<T>& Variable<T>::own(std::string_view what) const {
    if (!leaf_)
        fail<TapeError>(
            what, is_recorded() ? "the result of an op" : "a constant", "only leaves own a value and a gradient",
            is_recorded() ? "For the gradient of an intermediate value use grad(loss, {v}) or tape.gradient(v)."
                          : "Make it a leaf with leaf(array, \"name\").");
    return *leaf_;
}

template <class T>
const Array<T>& Variable<T>::grad() const {
    const Leaf<T>& l = own("grad");
    if (!l.has_gradient)
        fail<TapeError>("grad", text("leaf ", l.name.empty() ? "without a name" : l.name, ' ', shape()),
                        "no gradient has reached it yet",
                        "Call tape.backward(loss) first, with a loss that depends on this leaf.");
    return l.gradient;
}

template <class T>
Array<T>& Variable<T>::grad() {
    return const_cast<Array<T>&>(std::as_const(*this).grad());
}

template <class T>
static void check_gradient(std::string_view op, const Array<T>& gradient, const Shape& shape) {
    if (gradient.shape() != shape)
        fail<ShapeError>(op, text("gradient ", gradient.shape(), " for a value ", shape), "the shapes must be equal");
}

template <class T>
void Variable<T>::set_grad(Array<T> gradient) {
    Leaf<T>& l = own("set_grad");
    check_gradient("set_grad", gradient, shape());
    l.gradient = std::move(gradient);
    l.has_gradient = true;
}

template <class T>
void Variable<T>::add_grad(Array<T> gradient) {
    Leaf<T>& l = own("add_grad");
    check_gradient("add_grad", gradient, shape());
    l.add_gradient(std::move(gradient));
}

template <class T>
void Variable<T>::zero_grad() {
    Leaf<T>& l = own("zero_grad");
    l.gradient = Array<T>();
    l.has_gradient = false;
}

template <class T>
void Variable<T>::set_trainable(bool on) {
    own("set_trainable").trainable = on;
}

template <class T>
std::span<T> Variable<T>::change(std::string_view by) {
    Leaf<T>& l = own("change");
    ++l.version;
    if (l.changed_by != by) l.changed_by = by;
    return {l.value.pinned_data(), l.value.size()};
}

template <class T>
void Variable<T>::assign(const Array<T>& value, std::string_view by) {
    if (value.shape() != shape())
        fail<ShapeError>(
            "assign", text("value ", value.shape(), " for ", name().empty() ? "a leaf" : name(), " of shape ", shape()),
            "assign keeps the shape");
    const std::span<T> to = change(by);
    std::copy(value.begin(), value.end(), to.begin());
}

template <class T>
const std::string& Variable<T>::name() const {
    static const std::string none;
    return leaf_ ? leaf_->name : none;
}

template <class T>
void Variable<T>::set_name(std::string name) {
    own("set_name").name = std::move(name);
}

template <class T>
Variable<T> leaf(Array<T> value, std::string name) {
    auto state = std::make_shared<Leaf<T>>();
    state->value = std::move(value);
    state->value.pin();
    state->name = std::move(name);
    return Variable<T>(std::move(state));
}

template struct Leaf<float>;
template struct Leaf<double>;
template class Variable<float>;
template class Variable<double>;
template Variable<float> leaf(Array<float>, std::string);
template Variable<double> leaf(Array<double>, std::string);

}  // namespace sevenfold
