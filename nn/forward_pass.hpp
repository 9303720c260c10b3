#pragma once

#include <vector>

#include "sevenfold/autograd/random.hpp"

namespace sevenfold {

/// How the forward pass on this thread differs from a plain one. It says so while it lives; modules that draw random
/// numbers or keep running statistics ask, all others need not know.
class ForwardPass {
  public:
    enum class Kind {
        part,    ///< sees some rows of a batch, others are elsewhere; draws from the streams given
        first,   ///< will be repeated: notes where each stream stands before it is drawn from
        repeat,  ///< computes once more what a first pass did, from the streams as that noted them
    };
    struct Stream {
        Random* own;   ///< the module's
        Random state;  ///< drawn from in its place
    };

    explicit ForwardPass(Kind kind, std::vector<Stream> streams = {});
    ~ForwardPass();
    ForwardPass(const ForwardPass&) = delete;
    ForwardPass& operator=(const ForwardPass&) = delete;

    /// What was given or noted.
    const std::vector<Stream>& streams() const { return streams_; }

    // For modules.

    /// The stream to draw from for a module that owns `own`. Without a pass in scope, its own. Throws ValueError in a
    /// part of a batch that was given no stream for it.
    static Random& stream(Random& own);
    /// Whether a pass of that kind is in scope.
    static bool is(Kind kind);

  private:
    static Random& stream(Random& own, ForwardPass* pass);
    static ForwardPass*& current();

    ForwardPass* outer_;
    Kind kind_;
    std::vector<Stream> streams_;
};

}  // namespace sevenfold
