// Breast cancer's cell nuclei, as estimators take them.
#pragma once

#include "sevenfold/data/sets.hpp"

struct Data {
    sevenfold::Array<double> X, y;
};

inline Data cells() {
    const auto set = sevenfold::breast_cancer<double>();
    return {set.features, set.labels.cast<double>()};
}
