// Shared by the checkers of the reference data: reading arrays, comparing them, and one entry point per family.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "sevenfold/autograd/array.hpp"

namespace golden {

using json = nlohmann::json;
using namespace sevenfold;

/// What went wrong in one case.
class Report {
  public:
    Report(double tolerance_double, double tolerance_float) : double_{tolerance_double}, float_{tolerance_float} {}

    /// |got − want| ≤ tolerance · (1 + max |want|) everywhere, with the tolerance of T times `slack`; shapes equal.
    template <class T>
    void compare(const std::string& what, const Array<T>& got, const json& want, double slack = 1);
    void compare(const std::string& what, double got, double want);
    void compare_integers(const std::string& what, const Indices& got, const json& want);
    void expect(bool condition, const std::string& what);
    /// A kind, op or setting that this program does not know: counts as a failure.
    void unknown(const std::string& what);

    const std::vector<std::string>& failures() const { return failures_; }

  private:
    double double_, float_;
    std::vector<std::string> failures_;
};

Shape read_shape(const json& array);
template <class T>
Array<T> read_array(const json& array);  ///< {"shape": [..], "data": [..]}
Indices read_indices(const json& array);

// One per family: checks a case in double and, where the family has a float tolerance, in float.
using Check = void (*)(const json& document, const json& one, Report& report);
void check_ensemble(const json& document, const json& one, Report& report);
void check_ops(const json& document, const json& one, Report& report);
void check_higher_order(const json& document, const json& one, Report& report);
void check_layers(const json& document, const json& one, Report& report);
void check_linalg(const json& document, const json& one, Report& report);
void check_model_selection(const json& document, const json& one, Report& report);
void check_optimizers(const json& document, const json& one, Report& report);
void check_schedules(const json& document, const json& one, Report& report);

}  // namespace golden
