#include "sevenfold/nn/forward_pass.hpp"

#include <algorithm>
#include <utility>

#include "sevenfold/autograd/error.hpp"

namespace sevenfold {

ForwardPass*& ForwardPass::current() {
    thread_local constinit ForwardPass* pass = nullptr;
    return pass;
}

ForwardPass::ForwardPass(Kind kind, std::vector<Stream> streams)
    : outer_(std::exchange(current(), this)), kind_(kind), streams_(std::move(streams)) {}

ForwardPass::~ForwardPass() { current() = outer_; }

Random& ForwardPass::stream(Random& own) { return stream(own, current()); }

Random& ForwardPass::stream(Random& own, ForwardPass* pass) {
    if (!pass) return own;
    const auto known = std::ranges::find(pass->streams_, &own, &Stream::own);
    const bool found = known != pass->streams_.end();
    if (found && pass->kind_ != Kind::first) return known->state;
    if (pass->kind_ == Kind::part)
        fail<ValueError>("ForwardPass", "a module that draws from a stream the model does not list",
                         "parts of a batch draw from streams of their own, found through members()",
                         "Name the Random in the module's members().");
    Random& real = stream(own, pass->outer_);
    if (!found && pass->kind_ == Kind::first) pass->streams_.push_back({&own, real});
    return real;
}

bool ForwardPass::is(Kind kind) {
    for (const ForwardPass* pass = current(); pass; pass = pass->outer_)
        if (pass->kind_ == kind) return true;
    return false;
}

}  // namespace sevenfold
