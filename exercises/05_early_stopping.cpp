// Exercise 5: early stopping
//
// After each epoch the loss on validation rows is measured. While the model learns, it falls; once the model begins to learn
// its training rows by heart, it rises. So: remember the best epoch, and stop when `patience` epochs in a row have not been
// better than it.
//
//     better     the loss is smaller than the smallest so far. Equal is not better
//     ended      the epoch in which the count of epochs without an improvement reaches `patience`, or the last one there is
//
// An improvement sets the count back to 0.
//
// You have the losses of all epochs that could be trained, at least one, and a patience of at least 1. You give {best, ended}:
// epochs are counted from 1, so losses[0] belongs to epoch 1.
//
// Source: Prechelt 1998, "Early stopping - but when?". In the library: train/early_stopping.cpp.
#include "sevenfold/exercises/exercises.hpp"

namespace exercise {

Stop early_stop(const std::vector<double>& losses, std::size_t patience) {
    not_filled_in();  // write your lines here, in place of this one
}

}  // namespace exercise
